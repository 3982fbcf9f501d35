"""Texts for the proof-reader: mistakes planted one at a time, and clean prose that must give nothing.

A text may carry links as ``[words](target)``. Every third case of each list is kept back: it was not looked at while
the checks were written.
"""

from __future__ import annotations

import re
from datetime import date

from bot.core.model import Item, Paragraph, Person, Run, Section, Table
from bot.core.proof import ProofContext, proofread

DOMAIN = "council.example.org"
PEOPLE = (
    ("Vicki Marsh", "vicki.marsh"),
    ("Rebecca Field", "rebecca.field"),
    ("Alex Kingsley", "alex.kingsley"),
    ("Michael Osei", "michael.osei"),
    ("Helen Whitlock", "helen.whitlock"),
    ("Kate Morgan", "kate.morgan"),
    ("Community Safety Unit", "community.safety"),
)
GLOSSARY = [
    "CCSU",
    "JSNA",
    "CSM",
    "CSP",
    "RAG",
    "ASB",
    "VAWG",
    "PCC",
    "SEND",
    "CGL",
    "MARAC",
    "IDVA",
    "PSPO",
    "DHR",
    "SVD",
]


def context(**more: object) -> ProofContext:
    """The world of the cases: August 2025, read on Monday 18 August 2025."""
    base: dict[str, object] = {
        "period": "2025-08",
        "today": date(2025, 8, 18),
        "directory": (
            *(Person(name=name, address=f"{local}@{DOMAIN}") for name, local in PEOPLE),
            Person(name="Karl Stone", address="karl.stone@pcc.example"),
        ),
        "glossary": {key: key for key in GLOSSARY},
    }
    return ProofContext.model_validate({**base, **more})


def runs(text: str) -> tuple[Run, ...]:
    """Text with ``[words](target)`` as runs."""
    out, at = [], 0
    for match in re.finditer(r"\[([^\]]*)\]\(([^)]*)\)", text):
        out += [Run(text=text[at : match.start()]), Run(text=match.group(1), url=match.group(2))]
        at = match.end()
    return tuple(run for run in (*out, Run(text=text[at:])) if run.text)


def section(*paragraphs: str, heading: str = "Update") -> Section:
    """One section with one item."""
    blocks = tuple(Paragraph(runs=runs(text)) for text in paragraphs)
    return Section(theme="theme", title="Theme", items=(Item(heading=heading, blocks=blocks),))


def codes(*texts: str, **more: object) -> list[str]:
    """The codes found in some paragraphs."""
    return [finding.code for finding in proofread([section(*texts)], context(**more))]


def of(*blocks: object, heading: str = "Update", **more: object) -> Section:
    """A section with one item made of these blocks."""
    item = Item.model_validate({"heading": heading, "blocks": blocks})
    return Section.model_validate({"theme": "theme", "title": "Theme", "items": (item,), **more})


def table(*rows: str) -> Table:
    """A table from lines with | between the cells."""
    return Table(rows=tuple(tuple((Run(text=cell.strip()),) for cell in row.split("|")) for row in rows))


# (code, text, words that the finding's text or message shows)
PLANTED: tuple[tuple[str, str, str], ...] = (
    ("address-unknown", f"If you would like to join the group, please email wicki.marsh@{DOMAIN}.", "wicki.marsh"),
    ("address-unknown", f"For details contact rebeca.field@{DOMAIN} or vicki.marsh@{DOMAIN}.", "rebeca.field"),
    ("address-unknown", f"Please email michael.osie@{DOMAIN} to book a place.", "michael.osie"),
    ("address-unknown", "Please email kate.morgan@counci1.example.org for the form.", "counci1"),
    ("address-unknown", f"Any queries should be sent to paul.nobody@{DOMAIN}.", "paul.nobody"),
    (
        "address-unknown",
        f"Contact Alex Kingsley ([alex.kingsly@{DOMAIN}](mailto:alex.kingsly@{DOMAIN})).",
        "alex.kingsly",
    ),
    ("address-unknown", "Karl can be reached at karl.stone@pcc.exmaple at any time.", "karl.stone@pcc.exmaple"),
    ("address-unknown", f"Contact helen.whitlok@{DOMAIN} with ideas for the day.", "helen.whitlok"),
    ("address-unknown", f"Write to marsh.vicki@{DOMAIN} for a copy.", "marsh.vicki"),
    ("address-incomplete", f"Please contact Helen Whitlock on {DOMAIN} for further information.", DOMAIN),
    ("address-incomplete", f"For a place, email Kate at @{DOMAIN} by Friday.", "@council"),
    ("address-incomplete", f"Please email kate.morgan @{DOMAIN} for the slides.", "kate.morgan @"),
    ("address-incomplete", "Email vicki.marsh@council for more details.", "vicki.marsh@council"),
    ("address-incomplete", "Contact rebecca.field@ for the report.", "rebecca.field@"),
    ("address-incomplete", "Queries to michael.osei@council,example,org please.", "council,example"),
    ("address-incomplete", f"Contact michael.osei@@{DOMAIN} to arrange this.", "@@"),
    ("address-incomplete", f"To take part please e-mail the team at {DOMAIN}.", DOMAIN),
    ("address-incomplete", f"Get in touch via alex.kingsley (at) {DOMAIN} to discuss.", "(at)"),
    (
        "repeated-words",
        "If you have not received it or would like would like more information, let us know.",
        "would like",
    ),
    ("repeated-words", "The group will meet in the the new offices.", "the"),
    ("repeated-words", "Partners are asked to share the report with with their teams.", "with"),
    ("repeated-words", "The working group will oversee will oversee the delivery of the plan.", "will oversee"),
    ("repeated-words", "This is a joint effort between between the county and the districts.", "between"),
    ("repeated-words", "Funding has been agreed for the for the next two years.", "for the"),
    ("repeated-words", "Officers attended a number of a number of community events.", "a number of"),
    ("repeated-words", "The police The police will lead on enforcement.", "police"),
    ("repeated-words", "It is is expected that the work will finish soon.", "is"),
    ("impossible-date", "Awareness week runs from the 11th of October - 18th October 20265 in the county.", "20265"),
    ("impossible-date", "The consultation closes on 31 September 2025.", "31 September"),
    ("impossible-date", "A workshop will be held on 30 February 2026.", "30 February"),
    ("impossible-date", "The panel meets on 29 February 2026 to decide.", "29 February 2026"),
    ("impossible-date", "Nominations are open until 31 November.", "31 November"),
    ("impossible-date", "The launch is planned for November 20225.", "20225"),
    ("impossible-date", "The event is on 32 October at the library.", "32 October"),
    ("impossible-date", "Please reply by 15/13/2025.", "15/13/2025"),
    ("impossible-date", "The grant runs from April 2025 to March 202.", "202"),
    ("impossible-date", "The strategy covers 2030-2025 and is being reviewed.", "2030-2025"),
    ("impossible-date", "The drop-in is open from 18-11 October at the hub.", "18-11 October"),
    ("impossible-date", "Join us at 10:75 in the main hall.", "10:75"),
    ("weekday-mismatch", "The forum meets on Monday 15 October 2025.", "Monday 15 October"),
    ("weekday-mismatch", "Join us on Friday 11th September for the launch.", "Friday 11th September"),
    ("weekday-mismatch", "The training is on Wed 5 December 2025 at the civic centre.", "Wed 5 December"),
    ("weekday-mismatch", "Applications close at noon on Tuesday, 30th of October 2025.", "Tuesday"),
    ("weekday-mismatch", "The conference runs from Monday 6 to Thursday 10 October 2025.", "Thursday 10 October"),
    ("weekday-mismatch", "Our next meeting is on 25 November (Monday).", "25 November"),
    ("weekday-mismatch", "A stall will be open on Sunday 4 October 2025.", "Sunday 4 October"),
    ("weekday-mismatch", "The deadline is Thursday 12/09/2025.", "12/09/2025"),
    ("weekday-mismatch", "The review takes place on Saturday January 12, 2026.", "January 12"),
    ("past-event", "A community day will take place on 12 July 2025 at the park.", "12 July"),
    ("past-event", "Please register by 31 July 2025 to secure a place.", "31 July"),
    ("past-event", "The closing date for bids is 1 August 2025.", "1 August"),
    ("past-event", "On Saturday 2 August 2025 we will host an open day at the fire station.", "2 August"),
    ("past-event", "The next training session is on 9 June and will be held online.", "9 June"),
    ("past-event", "The new strategy will be launched in June 2025.", "June 2025"),
    ("past-event", "Applications must be submitted by Friday 15 August 2025.", "15 August"),
    ("past-event", "Join us for the awareness week from 7 to 13 July 2025.", "13 July"),
    ("past-event", "The report is due to be published in spring 2025.", "spring 2025"),
    ("wrong-month", "Welcome to the July RAG update.", "July"),
    ("wrong-month", "In this July bulletin you will find news from all districts.", "July"),
    ("wrong-month", "This month (July 2025) we look at fraud.", "July 2025"),
    ("wrong-month", "Here is our August 2024 update from the unit.", "August 2024"),
    ("missing-link", "The report has been shared with all CSMs and is available to view here.", "here"),
    ("missing-link", "Click here to read the full guidance.", "Click here"),
    ("missing-link", "Please complete the survey at this link by the end of September.", "this link"),
    ("missing-link", "The toolkit can be downloaded here.", "here"),
    ("missing-link", "You can sign up using the link below.", "link below"),
    ("missing-link", "Book your place via the following link.", "following link"),
    ("missing-link", "More information is available here, and a summary will follow.", "here"),
    ("missing-link", "Read the guidance [insert link here].".replace("[", "<").replace("]", ">"), "insert link"),
    ("missing-link", f"View here. For queries contact vicki.marsh@{DOMAIN}.", "View here"),
    ("bad-link", "See the [strategy](javascript:alert(1).", "strategy"),
    ("bad-link", "The form is on [our page](https://www.example.org/my form).", "our page"),
    ("bad-link", "Visit [www.council.example.org](https://evil.example/login).", "council"),
    ("bad-link", "Log in at [the portal](https://council.example.org@evil.example/x).", "the portal"),
    ("bad-link", "The papers are at htps://www.council.example.org/papers.", "htps"),
    ("bad-link", "The plan is saved at S:\\CommunitySafety\\plan.docx for all.", "S:"),
    ("bad-link", "Read it on [the intranet](http://intranet/policies).", "the intranet"),
    ("bad-link", f"Email [vicki.marsh@{DOMAIN}](mailto:rebecca.field@{DOMAIN}).", "rebecca"),
    ("bad-link", "The site is www,council.example.org/safety for now.", "www,"),
    (
        "bare-url",
        "The strategy is at https://www.council.example.org/media/documents/strategy-2025-30.pdf for all.",
        "https",
    ),
    ("unexpanded-acronym", "The TKAP board met in July to agree the plan.", "TKAP"),
    ("unexpanded-acronym", "Referrals from the DARD group are rising.", "DARD"),
    ("unexpanded-acronym", "The new HPFT service is open to all.", "HPFT"),
    ("spelling", "We have recieved a number of replies.", "recieved"),
    ("spelling", "The assesment is now complete.", "assesment"),
    ("spelling", "Work to tackle anti-social behavior goes on.", "behavior"),
    ("spelling", "Partners should of been told earlier.", "should of"),
    ("spelling", "The event is on the 22th of October.", "22th"),
    ("spelling", "A seperate session is held for volunteers.", "seperate"),
    ("spelling", "The goverment has published new guidance.", "goverment"),
    ("spelling", "Officers visited vunerable residents.", "vunerable"),
    ("spelling", "The comittee agreed the plan.", "comittee"),
    ("personal-data", "His National Insurance number is QQ 12 34 56 C.".replace("QQ", "AB"), "AB"),
    ("personal-data", "The patient (NHS number 943 476 5919) was referred.", "943"),
    ("personal-data", "The suspect, born on 12/03/1987, was released.", "bor"),
    ("personal-data", "John Smith (14 May 1990) has been given an order.", "14"),
    ("personal-data", "Call Dave on 07700 900123 after six.", "077"),
    ("personal-data", "DOB: 3.4.1999, known to services.", "DOB"),
    ("personal-data", "He lives at 14 Orchard Road with his mother.", "liv"),
    ("personal-data", "Send it to janedoe77@gmail.com please.", "jan"),
    ("protective-marking", "OFFICIAL-SENSITIVE: the operation will run in September.", "OFFICIAL"),
    ("protective-marking", "This profile is not for onward circulation.", "not for onward"),
    ("protective-marking", "Please do not forward this outside the partnership.", "do not forward"),
    ("protective-marking", "RESTRICTED - police use only.", "RESTRICTED"),
    ("protective-marking", "The figures are embargoed until 1 September.", "embargoed until"),
    ("empty-section", "(write here)", "write here"),
    ("empty-section", "The lead officer is [insert name].", "insert name"),
)

CLEAN: tuple[str, ...] = (
    "The unit is starting on a refresh of the previous needs assessment published in 2021. This will "
    "include a refresh of "
    "the public survey, which will be combined with consultation for the new strategy.",
    f"If you are interested in being a part of this working group, please email vicki.marsh@{DOMAIN}.",
    "This needs assessment has now been finalised and recommendations have been approved by the "
    "Strategic Chairs based on "
    "the available evidence and research examined throughout the document.",
    "These recommendations are intended for commissioners, decision makers and partner organisations "
    "with a role in the "
    "management of children and young people at risk of exploitation or who have become victims.",
    "Completed intelligence documents are usually published on the [Public Health "
    "website](https://www.council.example.org/jsna).",
    "All detainees that are arrested (or charged) for a trigger offence for the second time in a "
    "12-month period will be "
    "required to undertake an oral swab test for Class A drugs such as heroin and/or crack cocaine.",
    "Following a positive test, the offender is legally required to attend an initial required assessment (RA) and a "
    "follow up assessment (FA).",
    "The Drug & Alcohol Strategy 2025-30 has been published and is [available to view "
    "here](https://www.council.example.org/s).",
    "If your CSP would like a presentation on the strategy, please contact michael.osei@council.example.org.",
    "This system has now been soft launched, having gone through rigorous assessment with partners.",
    "The annual audit report is now finalised. It includes an overview of all inquests concluded in 2024 "
    "to be due to drugs.",
    "It is expected that these documents will be finalised in the autumn.",
    "Hate Crime Awareness Week will take place from 11 to 18 October 2025 and the theme this year is disability.",
    "An event will take place on Wednesday 15 October 2025 at the Fielder Centre, from 10:00 to 15:30.",
    "The Home Office funding for the Serious Violence Duty has been allocated for 2025/26.",
    "A structured 12-week intervention plan is offered to anyone aged 13 or over who carries a knife.",
    "This work will commence in October 2025, and more information will be available in due course.",
    "Guidance is available here: [Serious Violence Duty](https://www.gov.example.org/duty).",
    "In July 2025 there were 45 reports, compared with 52 in July 2024, a fall of 13.5%.",
    "Since the launch in March 2025, 312 people have been referred and 205 have completed the programme.",
    "He had had several warnings before the order was made, and it was clear that that order would be kept.",
    "The Community Safety Partnership met on Thursday 17 July 2025 and agreed that a new plan will be "
    "written by March 2026.",
    "Operation Sceptre took place in May and officers seized 27 knives; the next week of action is in November.",
    "Following the review in June 2025, a new group will be set up to oversee delivery.",
    "We are here to help: staff will be at the library every Tuesday from 9.30am to 12.30pm.",
    "To report a crime in confidence, call Crimestoppers on 0800 555 111 or visit www.crimestoppers.example.org.",
    "The council offers a confidential helpline for anyone who is affected by domestic abuse.",
    "Safer Streets funding of £1,250,000 over three years will pay for lighting, cameras and youth work.",
    "Neighbourhood policing teams carried out 1,204 patrols, 36 more than in the previous quarter.",
    "In May 250 people attended the open day, and by March 45 officers had been trained.",
    "Please see the agenda and the minutes of the last meeting for details.",
    "The Domestic Abuse Act 2021 (29 April 2021) places duties on local authorities.",
    "Training on stalking is open to all front line staff; to book, [use the booking "
    "form](https://www.council.example.org/b).",
    "The survey is open until 30 September 2025. [Take part](https://www.council.example.org/survey).",
    "The number of offences recorded between April and June 2025 was 8% lower than in the same months of 2024.",
    "Anti-social behaviour (ASB) remains a priority for residents in all ten districts.",
    "Violence Against Women and Girls (VAWG) training will run on 3, 10 and 17 September 2025.",
    "The Multi-Agency Risk Assessment Conference (MARAC) heard 41 cases in the quarter.",
    "Officers knocked on every door in the street, again and again and again, until all residents had been spoken to.",
    "Partners may wish to link this work to the district's own action plan.",
    "The Prevent duty guidance was updated in December 2023 and came into force on 31 December 2023.",
    "The link between alcohol and violence is well known, and the group will consider this link in its work.",
    "A new Public Spaces Protection Order will be in force from 1 September 2025 for three years.",
    "The White Ribbon campaign starts on Tuesday 25 November 2025 and lasts for 16 days.",
    "As reported in the July bulletin, the recruitment of two caseworkers is under way.",
    "The September update will include the results of the survey.",
    "We would like to thank the 60 volunteers who gave more than 400 hours of their time.",
    "Two men, aged 24 and 31, were sentenced to a total of nine years at the Crown Court in June.",
    "The Office of the Police and Crime Commissioner has launched a grants round; bids of up to £5,000 are welcome.",
    f"Further information: community.safety@{DOMAIN} or 01992 555 000.",
    "The road safety team has visited 18 schools and spoken to 3,400 pupils about speeding.",
    "The board noted the report, which was published on 3 July 2025, and asked that partners will respond in writing.",
    "Residents who have been a victim of fraud can call Action Fraud or report it online.",
    "The Chair, Councillor Jane Hill, said: “We will not tolerate hate in our county.”",
    "The district council's CCTV control room supported 214 arrests over the last 12 months.",
    "From 1 October 2025 the service will be run by Change Grow Live (CGL).",
    "Young people who do not share their worries with adults are most at risk, so schools are offered workshops.",
    "The project ran from 1 April 2024 to 31 March 2025 and will be evaluated by the university.",
    "Stop and search: 1 in 5 searches led to an arrest, while 3 in 4 were of people aged under 25.",
    "The next meeting is on Monday 12 January 2026 at 2pm, by video.",
    "Nominations for the awards opened on 4 August and close on Friday 12 September 2025.",
    "Work on the county lines toolkit has begun; it will be shared with CSMs once it has been tested.",
    "The pilot, which began in January 2025, will end on 31 December 2025.",
    "There were no changes to the offer in Broxbourne, Dacorum, Three Rivers and Watford.",
    "Welcome to the August RAG update, which brings news from all partners.",
    "The team will be out and about in town centres on Saturday 23 August and Sunday 24 August 2025.",
)


def kept_back(index: int) -> bool:
    """Every third case: untouched until the checks were done."""
    return index % 3 == 2
