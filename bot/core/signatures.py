"""The lines that people's signatures are made of: patterns over one line, with single blanks. Data, and one function.

A line of a signature is a closing word, a name, a job title, a way to reach the person, when they work, an invitation
to follow the council, a notice or a disclaimer. What is of none of these forms, or holds a word that could change what
was said about a draft, is text. English and Welsh.
"""

from __future__ import annotations

import re

_THANKS = (
    r"(?:many |very many |with )?thanks(?: very much| a lot| so much| all| again| everyone| in advance)?"
    r"|thank you(?: all| very much)?"
    r"|ta|cheers|thx|tia|diolch(?: yn fawr)?(?: iawn)?"
)
_CLOSER = (
    r"(?:(?:kind(?:est)?|best|warm(?:est)?|many|with(?: kind| best)?)\s+)?(?:regards|wishes)|best|all the best"
    r"|yours(?: sincerely| faithfully| truly)?|sincerely|br|kr|rgds|bw|bfn"
    r"|cofion(?: cynnes| gorau)?|yn gywir|dymuniadau gorau"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_NAME = (
    rf"(?:{_CAPITAL}[\w'’.-]*|[A-Z]{{1,3}})"
    rf"(?:\s+(?:{_CAPITAL}[\w'’.-]*|de|van|von|ap|ferch|of|and|the|for|&)){{0,5}}"
)
_CLOSERS = rf"(?:{_THANKS}|{_CLOSER})(?:(?:\s+and\s+|\s+a\s+|\s*[&/|]\s*)(?:{_THANKS}|{_CLOSER})){{0,2}}"
_RULES = frozenset("-–—_=*~•.# ")
CLOSING = re.compile(rf"(?:{_CLOSERS})[\s,.!]*", re.IGNORECASE)
CLOSING_NAMED = re.compile(rf"(?i:{_CLOSERS})[\s,.!–-]+{_NAME}[.!]?")
NAME_LINE = re.compile(rf"{_NAME}[.,]?")
INITIALS = re.compile(r"[A-Za-z]{1,2}\.?x*")

_PHONE = (
    r"(?:iphone|ipad|android(?: phone| device| tablet| mobile)?|samsung(?: galaxy)?(?: [\w+-]{1,8})?(?: smartphone"
    r"| device| phone| tablet)?|galaxy(?: [\w+-]{1,8})?|blackberry|windows phone|mobile(?: phone| device)?|phone"
    r"|tablet"
    r"|work (?:phone|mobile)|huawei|pixel|nokia|mac|device)"
)
_APP = (
    r"(?:outlook|mail|gmail|yahoo mail|yahoo|aol|samsung (?:mobile|email)|proton ?mail|nine|bluemail)"
    r"(?: (?:mobile|app))?(?: (?:for|on) (?:ios|android|iphone|ipad|windows(?: \d{1,2})?|mac))?"
)
_LINK = r"(?: ?[<(\[]? ?https?://[^\s<>]{1,300}[>)\]]?)?"
DEVICE = re.compile(
    rf"(?:(?:sent|written|typed) (?:from|on|via|by|using) (?:(?:my|a|the) )?(?:{_PHONE}|{_APP}){_LINK}"
    rf"|get outlook for (?:ios|android|mac){_LINK}|{_PHONE} ?(?:o2|ee|vodafone)?"
    rf"|anfonwyd o fy (?:{_PHONE})|outlook for (?:ios|android){_LINK})"
    r"[.,;:!–-]* ?(?:(?:so )?(?:please )?(?:excuse|forgive) (?:any |my |the )?(?:brevity|typos|errors)"
    r"(?:(?: and| or|,) (?:any )?(?:brevity|typos|errors))?)?\.?",
    re.IGNORECASE,
)

# A word that could change what was said turns any line into text.
INSTRUCTION = re.compile(
    r"\b(?:not|never|no|don['’]?t|hold|wait|stop|cancel|chang\w*|but|except|unless|until|till|after|before|once"
    r"|when|if"
    r"|please|pls|remov\w*|delet\w*|add(?:s|ed|ing)?|fix\w*|correct\w*|amend\w*|edit(?:s|ed|ing)?|instead|subject"
    r"|provided|however|although"
    r"|only|also|can|could|should|must|will|would|need\w*|check\w*|send\w*|approv\w*|replac\w*|mov(?:e|es|ed|ing)"
    r"|(?<!rag )updat\w*"
    r"|wrong|mistake|typo\w*|missing|delay\w*|skip\w*|extend\w*|draft|section|table|figure\w*|item|tomorrow|later"
    r"|spell\w*|drop\w*|omit\w*|put|swap\w*|insert\w*|remember|forg[eo]t\w*|see|is|are|was|has|have"
    r"|leave|left|out|totals?|numbers?|page|line|heading\w*|picture|chart|odd|error\w*|less|minus|without|pending)\b",
    re.IGNORECASE,
)
_SPEAKS_OF_THE_DRAFT = re.compile(  # in a notice or a disclaimer "please", "if" and "not" are usual; these are not
    r"\b(?:but(?! (?:not limited|may|does|do|it|is|we|cannot|no (?:guarantee|warranty|responsibility|liability)))"
    r"|except"
    r"|chang(?:e|es|ed|ing)|fix\w*|corrects?|corrected|correction\w*|amend(?!ment)\w*|figures?|totals?"
    r"|numbers? (?:is|are)"
    r"|table|draft\w*|bulletin|edition|items?|paragraphs?|heading\w*|typos?|spell\w*|wrong|approv\w*|hold|wait\w*"
    r"|once"
    r"|unless and|leave (?:out|off)|drop|swap|replac\w*|omit|skip|put|add|tomorrow|today|instead|first|then|stop"
    r"|cancel"
    r"|prevent (?:the )?(?:bit|part|section|piece|text|entry)|mov(?:e|ed)|updat(?:e|ed)|sentences?|wording|reword\w*"
    r"|missing|pages?|chart|picture|late"
    r"|without(?! (?:the |prior |our |your |my |any )*(?:consent|permission|authority|prejudice|express|written"
    r"|legal|delay))"
    r"|(?:do not|don['’]t) (?:send|publish|release|issue|let|forget|mail|reply(?! (?:directly|outside)))"
    r")\b",
    re.IGNORECASE,
)

_PIECES = re.compile(
    r"\s*(?:[|•·¦‖;]| [-–—/] |,(?= )| (?=(?:t|m|e|w|f|tel|mob|mobile|email|web)\b ?[.:]))\s*", re.IGNORECASE
)
_CONTACT = re.compile(
    r"(?:(?:tel(?:ephone)?|phone|mobile|mob|m|t|e|w|f|d|ext|extension|email|e-mail|e-bost|ebost|ffôn|ffon|web|website"
    r"|dd|ddi|direct(?: line| dial)?|office|switchboard|teams|whatsapp|twitter|x|facebook|linkedin|instagram|gwefan"
    r"|symudol|ff|fax|minicom|textphone)\b[\s.:/()]*){0,3}"
    r"(?:[+(\d][\d ()+./x-]{2,}(?:(?:ext|x)\.? ?\d+)?|[^\s@]+@[^\s@]+|(?:https?://|www\.)\S+|@\w+"
    r"|<?(?:mailto:)?[^\s@]+@[^\s@]+>?(?: ?<mailto:[^\s@]+@[^\s@]+>)?|[\w-]+(?:\.[\w-]+)*\.(?:gov|org|police|co"
    r"|nhs)\.uk\S*)",
    re.IGNORECASE,
)
_MARKING = re.compile(
    r"\W*(?:classification ?: ?)?(?:official(?:[ -]sensitive)?|swyddogol|internal|public|unclassified)\W*", re.I
)
_PRONOUNS = re.compile(
    r"\W*(?:(?:my )?(?:pronouns|rhagenwau)\W*)?(?:she|he|they|hi|ef|fe|nhw)(?:\W+(?:her|hers|him|his|them|theirs|they"
    r"|she|he|ei|eu|iddi|iddo|nhw)){1,3}\W*",
    re.IGNORECASE,
)
_PRONOUNS_BEHIND = re.compile(r" ?[(\[](?:she|he|they|hi|ef|fe|nhw)(?:/\w{2,6}){1,3}[)\]]$", re.IGNORECASE)
_HOURS = re.compile(
    r"(?:(?:my|our|normal|usual|core|regular|current|non|oriau|dyddiau)[ -]+){0,4}"
    r"(?:(?:working|work|office|opening|contact) (?:days?|hours|pattern|week)|days of work|oriau gwaith"
    r"|dyddiau gwaith)"
    r"(?: (?:are|is))? ?[:–-]? ?"
    r"|(?:please note )?(?:that )?i (?:usually |normally |currently )?(?:work|am in the office|am available"
    r"|do not work"
    r"|don['’]t work)\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?s?|to|and|until|till|am|pm|noon"
    r"|from|all"
    r"|days?|mornings?|afternoons?|only|every|alternate|other|off|hours?|weeks?|weekdays?|on|part|full|time|term"
    r"|flexibly"
    r"|compressed|\d{1,2}(?:am|pm)?|\d{4}",
    re.IGNORECASE,
)
_FOLLOW = re.compile(
    r"(?:please )?(?:(?:follow|find|like|visit|join|connect with|dilynwch) (?:us|me|our|ni)|stay connected"
    r"|keep (?:up to date|in touch)|sign up|subscribe)\b.{0,160}",
    re.IGNORECASE,
)
_FOLLOWED = re.compile(
    r"\b(?:website|web ?site|newsletter|facebook|twitter|linkedin|instagram|youtube|www\.\S+|https?://\S+"
    r"|nextdoor|social media|x)\b",
    re.IGNORECASE,
)
_SLOGAN = re.compile(
    r"(?:working|creating|making|building|delivering|serving|supporting|keeping|improving|investing|protecting|caring"
    r"|helping|leading|shaping|growing|proud(?:ly)?|safer|stronger|better|together|one team|gweithio|creu)\b"
    r"[\w ,'’&–—.!-]{0,90}",
    re.IGNORECASE,
)
_NOTICE_WORDS = (
    r"e-?mails?|messages?|communications?|recipients?|addressees?|senders?|attachments?|virus\w*|disclos\w*"
    r"|confidential\w*|privileged|unauthori[sz]ed|unlawful\w*|liab\w+|privacy|monitor\w*|recorded|environment"
    r"|data protection|freedom of information|gdpr|copy|copying|copied|distribution|dissemination|views|opinions"
    r"|registered|error|intended|legal\w*|responsib\w+|working (?:hours|days|pattern)|office hours|flexibl\w*"
    r"|repl(?:y|ies)"
    r"|respon[ds]\w*|expect\w*|correspondence|welsh|cymraeg|saesneg|english|gymraeg|e-?bost\w*|neges|ateb|gohebu\w*"
    r"|cyfrinachol|amgylchedd|argraffu|links|external|organi[sz]ation|council['’]?s?|cyngor|computer|system|secure\w*"
    r"|encrypt\w*|personal (?:data|information)|scanned|warrant\w*|disclaimer|ymwadiad|notice|law|act|action"
    r"|wellbeing|lives"
    r"|hesitate to contact|enquir\w+|charity|company"
)
_NOTICE_SENTENCE = re.compile(rf"\b(?:{_NOTICE_WORDS})\b", re.IGNORECASE)
_NOTICE = re.compile(  # what makes the whole line a notice
    r"this (?:e-?mail|message|communication|transmission)\b|(?:e-?mail|message) and any|the (?:information"
    r"|content\w*|views"
    r"|opinions)\b.{0,60}\b(?:e-?mail|message|attach)|in error\b|intended (?:solely|only|for|recipient)|confidential"
    r"|environment before|think of the environment|consider the environment|before (?:you )?print|privacy"
    r"|data protection"
    r"|freedom of information|registered (?:office|in england|charity|company)|working (?:hours|days|pattern)"
    r"|flexibl\w* work"
    r"|work(?:ing)? flexibl|outside (?:of )?your|do not (?:feel|expect)|don['’]t (?:feel|expect)|no expectation|virus"
    r"|correspondence in|welcome\b.{0,80}\bwelsh|yn (?:y )?gymraeg|e-?bost\b|amgylchedd|disclaimer|monitored"
    r"|click (?:on )?(?:any )?links"
    r"|originated (?:from )?outside|external (?:sender|e-?mail)|legally privileged|delayed? in (?:replying"
    r"|responding)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?:])\s+")
_OFFICE = (
    "of and the for to in with at on a an & de yn y yr a'r o ar i"
    " officer manager lead leader head director coordinator co-ordinator adviser advisor analyst team council"
    " department"
    " service services unit constable sergeant inspector partnership partnerships assistant administrator"
    " secretary chair"
    " commissioner consultant worker engineer specialist safety community safer communities crime reduction"
    " prevention"
    " drugs alcohol hate violence serious domestic abuse strategy strategic policy performance communications"
    " engagement"
    " senior deputy interim acting group executive support project programme programmes housing public health police"
    " county borough district city town local government floor building street road house hall place directorate"
    " environment neighbourhood neighbourhoods resilience emergency planning data intelligence business office"
    " green update"
    " swyddog rheolwr diogelwch cymunedol tîm cyngor sir arweinydd"
)
_OFFICE_WORDS = frozenset(_OFFICE.split())


def is_delimiter(line: str) -> bool:
    """A line of dashes, stars or the like."""
    return set(line) <= _RULES and bool(set(line) - {".", " ", "#"})


def is_signature_line(line: str) -> bool:
    """A line of a signature below a closing; ``line`` is stripped, with single blanks."""
    if _MARKING.fullmatch(line) or _PRONOUNS.fullmatch(line):
        return True
    if _is_notice(line) or _is_hours(line):
        return True
    if _FOLLOW.fullmatch(line) and _FOLLOWED.search(line):
        return not _SPEAKS_OF_THE_DRAFT.search(line)
    if _SLOGAN.fullmatch(line) and len(line.split()) <= 12 and not INSTRUCTION.search(line):
        return True
    return len(line.split()) <= 40 and all(_is_piece(piece) for piece in _PIECES.split(line) if piece)


def _is_piece(piece: str) -> bool:
    """A part of a line of contact details: a number, an address, pronouns, a name, a title, a place."""
    piece = _PRONOUNS_BEHIND.sub("", piece)
    if _CONTACT.fullmatch(piece) or _PRONOUNS.fullmatch(piece) or _is_hours(piece):
        return True
    return len(piece.split()) <= 10 and _titled(piece) and not INSTRUCTION.search(piece)


def _is_hours(line: str) -> bool:
    """When somebody works: "Working days: Mon-Thu", "I work Monday to Wednesday, 9.30am-2pm"."""
    begun = _HOURS.match(line)
    if begun is None:
        return False
    return all(_TIMES.fullmatch(word) for word in re.findall(r"\w+", line[begun.end() :]))


def _titled(piece: str) -> bool:
    """Written like a name, a job, an office or a place: words with capitals, figures, and small words of office."""
    words = [word.strip("()[]{}.,:;'’\"“”") for word in re.split(r"[\s/]+", piece)]
    return all(not word or not word[0].islower() or word.casefold() in _OFFICE_WORDS for word in words)


def _is_notice(line: str) -> bool:
    """A disclaimer or another notice: it is recognised as one, and each sentence of it speaks the language of notices
    and of nothing else."""
    if not _NOTICE.search(line) or _SPEAKS_OF_THE_DRAFT.search(line):
        return False
    return all(_NOTICE_SENTENCE.search(sentence) or len(sentence.split()) <= 1 for sentence in _SENTENCES.split(line))
