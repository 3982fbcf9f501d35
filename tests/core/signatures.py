"""Invented signatures of council staff, and lines that hide a condition where a signature would stand."""

from __future__ import annotations

SIGNATURES = (
    (
        "Kind regards,\n"
        "\n"
        "Alex Rowe (she/her)\n"
        "Community Safety Manager | County Community Safety Unit\n"
        "Tel: 01632 960123 | Mobile: 07700 900123 | alex.rowe@council.example.org\n"
        "County Hall, Pegs Lane, SG13 8DE\n"
        "Working days: Mon-Thu\n"
        "\n"
        "Please consider the environment before printing this email.\n"
        "**** This email and any attachments are confidential and intended solely for the use of "
        "the individual to whom it is addressed. If you have received this email in error, "
        "please notify the sender and delete it from your system. Any views expressed are those "
        "of the author and do not necessarily represent those of the council. ****"
    ),
    (
        "Diolch / Thanks\n"
        "Carys Puw (hi/ei)\n"
        "Swyddog Diogelwch Cymunedol / Community Safety Officer\n"
        "Ffôn / Tel: 01632 960456\n"
        "Rydym yn croesawu gohebiaeth yn Gymraeg. We welcome correspondence in Welsh; "
        "corresponding in Welsh will not lead to delay."
    ),
    (
        "Thanks\n"
        "Sam\n"
        "--\n"
        "Sam Okoro\n"
        "Editor, RAG update\n"
        "My normal working hours are Monday to Wednesday. Please do not feel obliged to reply "
        "outside of your own working hours.\n"
        "Follow us on Twitter | Facebook | Instagram"
    ),
    "Sent from my iPhone",
    "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
    "Get Outlook for Android",
    ("Many thanks\nJ Patel\nSent from my Samsung Galaxy smartphone."),
    (
        "Best wishes\n"
        "\n"
        "Robin Marsh\n"
        "Head of Safer Communities\n"
        "Working together for a safer county\n"
        "www.council.example.org\n"
        "OFFICIAL\n"
        "The information in this email may be subject to disclosure under the Freedom of "
        "Information Act 2000. This email has been scanned for viruses but we cannot guarantee "
        "that it is free of them."
    ),
    (
        "Regards\n"
        "\n"
        "Dee Lund | Policy Officer | Directorate of Public Health\n"
        "I work flexibly, so I may send emails outside of normal office hours. I do not expect a "
        "reply outside of yours.\n"
        "t: 01632 960999 e: dee.lund@council.example.org"
    ),
    ("--\nPat Vine\nPronouns: they/them\nNon-working day: Friday\nPrivacy notice: www.council.example.org/privacy"),
    (
        "Kind regards\n"
        "Mo Farrant\n"
        "Strategic Lead - Crime & Disorder\n"
        "Lakeshire County Council | Floor 3, Civic Centre, High Street, Lakeford LK1 2AB\n"
        "Direct dial 01632 960 777\n"
        "Office hours: 8.30am - 4.30pm, Monday to Friday\n"
        "\n"
        "Lakeshire County Council's privacy notice explains how we use your personal "
        "information: https://www.lakeshire.example.org/privacy\n"
        "\n"
        "DISCLAIMER\n"
        "The contents of this message are for the attention and use of the intended addressee "
        "only. If you are not the intended recipient or addressee, or the person responsible for "
        "sending the message you may not copy, forward, disclose or otherwise use it or any part "
        "of it in any way. To do so may be unlawful. If you receive this email by mistake please "
        "advise the sender immediately."
    ),
    (
        "Cofion cynnes / Kind regards\n"
        "\n"
        "Nia Prys\n"
        "Rheolwr Partneriaeth | Partnership Manager\n"
        "Cyngor Sir Llyn / Llyn County Council\n"
        "Symudol / Mobile: 07700 900456\n"
        "Croesewir gohebiaeth yn y Gymraeg a'r Saesneg. Correspondence is welcomed in Welsh and "
        "English.\n"
        "Meddyliwch am yr amgylchedd cyn argraffu'r e-bost hwn."
    ),
    (
        "Thank you\n"
        "\n"
        "Jo\n"
        "\n"
        "Jo Bell MSc\n"
        "Senior Analyst, Strategic Intelligence & Performance Team\n"
        "My working pattern: Tues, Weds and Thurs\n"
        "I am sending this email at a time that suits me. Please do not feel any pressure to "
        "respond outside of your own working hours.\n"
        "LinkedIn: https://www.linkedin.com/in/jo-bell-example"
    ),
    ("Cheers, Lee\n\nSent from my iPad. Please excuse brevity and typos"),
    (
        "Yours sincerely,\n"
        "Councillor Ann Teale\n"
        "Portfolio Holder for Community Protection\n"
        "Tel (01632) 960321 ext. 42\n"
        "Join us on Facebook: www.facebook.com/lakeshire\n"
        "This message has been sent using TLS encryption. Internet communications are not secure "
        "and the council does not accept legal responsibility for the contents of this message."
    ),
)
CONDITIONS = (
    ("--\nbut please change the figures"),
    "Sent from my iPhone but please change the figures",
    "Thanks, Jo — but fix the Prevent figures",
    ("Thanks, Jo\nLeave Prevent out"),
    ("Regards\nJo\nOnce Sam has looked"),
    ("--\nThis email is confidential but please change the Prevent figures"),
    ("--\nIf you have received this email in error please delete it. Leave out Prevent."),
    ("Kind regards\nJo\nCommunity Safety Manager | wait for Sam first"),
    "Sent from my iPhone - figures are wrong",
    ("--\nSubject to legal sign-off"),
    ("Thanks\nJo\nPS the date of the event is wrong"),
    ("--\nPlease consider the environment before printing, and change the table"),
    ("Thanks\nJo\nWorking days: Mon-Thu so hold until then"),
    "Thanks Jo except the totals",
    ("--\nJo\nPrevent figures odd"),
    ("--\nJo Smith\nnot yet"),
    ("--\nFollow up with Sam before it goes to us"),
    ("--\nTel: 01632 960123 but not the table"),
    ("Thanks\nif Sam agrees"),
    ("--\nDo not reply to this email without Sam's view"),
    "Thanks for this. Change the heading",
    ("--\nPlease consider the environment before printing. Please use the other figures."),
    ("--\nI work Mondays so send on Monday"),
    ("Regards\nJo\n(assuming Sam is happy)"),
    "Follow us on Facebook, but mend the figures",
)
