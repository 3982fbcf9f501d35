"""What clients and people write round a reply, in the languages that mail uses: tables and the patterns made of them.

Everything here is data. Patterns are anchored and have no nested repetition, so they are linear on any input.
"""

from __future__ import annotations

import re

# Labels of a quoted header block: language order does not matter, each label is one row.
FROM_LABELS = (
    "from|von|de|da|från|fra|van|od|от|від|oddi wrth|o|lähettäjä|expéditeur|remitente|mittente|afzender|absender|de la"
    "|feladó|kimden|nadawca|отправитель|відправник|من|מאת|từ"
    "|发件人|寄件者|寄件人|差出人|送信元|보낸 사람|보낸사람|saatja|nuo|no|desde|ó"
    "|gönderen|pošiljatelj|odesílatel|odosielateľ|από|sender"
)
DATE_LABELS = (
    "sent|date|sent on|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviada em|enviado em|data|fecha"
    "|inviato|skickat|sendt"
    "|sendt den|dato|verzonden|wysłano|wysłane|data wysłania|отправлено|дата|надіслано|anfonwyd|dyddiad"
    "|lähetetty|päivämäärä"
    "|päiväys|elküldve|dátum|gönderildi|tarih|odesláno|odoslané|poslano|trimis|đã gửi|gửi|ngày"
    "|发送时间|日期|寄件日期|傳送時間|送信日時"
    "|日時|보낸 날짜|날짜|تاريخ|נשלח|saadetud|στάλθηκε|message du|когда|data e hora|received|time|when|verzonden op"
)
TO_LABELS = (
    "to|an|à|a|para|pour|till|til|aan|do|komu|кому|at|vastaanottaja|destinataire|destinatario|címzett|kime|alıcı"
    "|către|tới|đến"
    "|收件人|宛先|받는 사람|받는사람|إلى|אל|kellele|προς|kam|za|prima|i|empfänger|recipient"
)
SUBJECT_LABELS = (
    "subject|re|betreff|objet|sujet|asunto|assunto|oggetto|ämne|emne|onderwerp|temat|тема|pwnc|testun|aihe|tárgy"
    "|konu|předmět"
    "|predmet|subiect|chủ đề|tiêu đề|主题|主旨|件名|제목|الموضوع|נושא|teema|θέμα|sub"
)
OTHER_LABELS = (
    "cc|copie à|copie|kopie|kopi|kopia|cópia|copia|dw|dw.|kopio|bcc|reply-to|reply to|importance|priority"
    "|attachments|organization|antwort an"
    "|anlagen|wichtigkeit|pièces jointes|importance :|vs|másolatot kap|bilgi|抄送|副本|참조|копия|копія|c\\.c\\."
    "|mailed-by|signed-by|resent-from"
    "|x-mailer|message-id|thread-topic|adjuntos|allegati|bijlage|priorytet"
)

# Verbs that end "On ..., somebody wrote:"
WROTE = (
    "wrote|writes|said|pisze|schrieb|schreef|escribió|escribio|escreveu|a écrit|a ecrit|ha scritto|skrev|napisał"
    "|napisała|napisał\\(a\\)|napisal"
    "|написал|написала|написал\\(а\\)|пишет|написав|написала|пише|ysgrifennodd|kirjoitti|írta|írt|napsal"
    "|napsal\\(a\\)|napísal|napísal\\(a\\)"
    "|a scris|yazdı|şunu yazdı|viết|đã viết"
    "|写道|寫道|写了|書きました|のメール|작성|님이 작성|va escriure|ha escrit|idatzi du|je"
    " napisao|je napisal"
    "|het volgende geschreven|geschreven|ha scritto:|έγραψε|a răspuns|scrisse|kirjutas|rašė|rakstīja|כתב|كتب"
    "|menulis|följande|följande meddelande"
)
FIRST_WORDS = (
    "on|am|na|le|el|il|op|em|den|på|w dniu|dnia|ar|kl|dňa|dne|vào|на|в|пн|вт|ср|чт|пт|сб|вс|at|a|la|pe|pada"
    "|tarihinde|在|於|ve|ngày|el día"
    "|mar|mer|lun|jeu|ven|sam|dim"
)

MESSAGE_WORDS = (
    "messag|mensaje|mensagem|messaggio|nachricht|bericht|meddel|melding|wiadomo|сообщ|письм|повідом|лист|viesti"
    "|üzenet|zpráv|správ|mesaj"
    "|i-?post|forward|weitergeleitet|transfér|réexpédi|doorgestuurd|vidarebefordra|videresend|inoltrato|reenviad"
    "|encaminhad|przekazan|original"
    "|ursprüngl|oprindelig|oorspronkelijk|neges|原始邮件|原始郵件|转发|轉寄|元のメッセージ|원본|thư|missatge|poruk|sporočil|kirj"
)

_CLOSERS = (
    "(?:with |many |kind|kindest|best|warm|warmest|all the best|all my best)?(?: and)? ?(?:kind|kindest|warm"
    "|warmest|best|friendly)? ?"
    "(?:regards|wishes)"
)
SIGN_OFFS = (
    "kind regards|kindest regards|best regards|warm regards|warmest regards|regards|rgds|best wishes|with best"
    " wishes|warm wishes|kr|br|bw"
    "|many thanks|thanks|thank you|thanks again|thanks a lot|thanks so much|thanks very much|many thanks in"
    " advance|thanks in advance"
    "|thank you in advance|thanking you|thank you very much|thanks & regards|thanks and regards|thanks and kind"
    " regards|thanks and best regards"
    "|thank you and regards|cheers|ta|yours sincerely|sincerely|sincerely yours|yours faithfully|yours truly"
    "|yours|all the best|best"
    "|with kind regards|with best regards|with regards|with thanks|with many thanks|respectfully|cordially"
    "|warmly|take care|speak soon"
    "|many thanks and kind regards|many thanks and best wishes|kind regards and thanks|have a good day|have a"
    " great day|have a nice day"
    "|have a good weekend|have a great weekend|hope this helps|thx|tia|xx?x?|love"
    "|mit freundlichen grüßen|mit freundlichen grüssen|freundliche grüße|viele grüße|viele grüsse|liebe grüße"
    "|liebe grüsse|beste grüße|grüße|gruß"
    "|mfg|lg|vg|mit lieben grüßen|cordialement|bien cordialement|bien à vous|salutations|amicalement|sincères"
    " salutations|merci|saludos"
    "|saludos cordiales|un saludo|atentamente|gracias|cordiali saluti|distinti saluti|saluti|grazie|met"
    " vriendelijke groet|met vriendelijke groeten"
    "|vriendelijke groet|vriendelijke groeten|groeten|groet|mvg|med vänliga hälsningar|med vänlig hälsning"
    "|vänliga hälsningar|vänligen|hälsningar"
    "|mvh|med venlig hilsen|venlig hilsen|vennlig hilsen|med vennlig hilsen|hilsen|hilsner|pozdrawiam|z"
    " poważaniem|z powazaniem|pozdrawiam serdecznie"
    "|z wyrazami szacunku|с уважением|з повагою|cofion|cofion cynnes|cofion gorau|yn gywir|diolch|diolch yn fawr"
    "|gyda diolch|hwyl|terveisin"
    "|ystävällisin terveisin|üdvözlettel|tisztelettel|s pozdravem|s pozdravom|cu stimă|saygılarımla|trân trọng"
    "|此致|敬礼|よろしくお願いいたします"
    "|以上、よろしくお願いいたします"
    "|よろしくお願いします|감사합니다|atenciosamente|att|abraços|obrigado|obrigada|lijep pozdrav|lep pozdrav|lp"
    "|salutacions|met groet"
)

_DEVICES = (
    r"(?:i-?phone|i-?pad|i-?pod|android|mobil\w*|móvil|cell\w*|phone|smartphone|samsung|galaxy|htc|nokia|huawei"
    r"|pixel|xperia|blackberry|tablet"
    r"|device|windows|outlook|\[?mail\b|airmail|mailbox|mailspring|yahoo|acompli|proton\w*|tutanota|gmail|aol"
    r"|hotmail|handy|telefon\w*|k-9"
    r"|spark|nine|boxer|bluemail|thunderbird|ipod|laptop|mac\b|workspace|zimbra|inbox|ti-\d\d|телефон\w*|айфон\w*)"
)
_OWN = r"(?:my|mein\w*|mon|ma|mi|mio|mia|meu|minha|mijn|min|mitt|mojego|mého|môjho|моего|мого|fy|cihazımdan)"
MOBILE = (
    r"(?:sent|send|gesendet|envoyé|envoyée|enviado|enviada|inviato|inviata|verzonden|verstuurd|skickat|sendt"
    r"|wysłane|wysłano"
    r"|отправлено|надіслано|anfonwyd|lähetetty|elküldve|odesláno|odoslané|trimis|gönderildi|написано)\b"
    rf"(?: \w+){{1,3}}? {_OWN} .{{1,80}}"
    r"|(?:sent|gesendet|envoyé|envoyée|enviado|enviada|inviato|inviata|verzonden|verstuurd|skickat|sendt|wysłane"
    r"|wysłano"
    r"|отправлено|надіслано|anfonwyd|lähetetty|elküldve|odesláno|odoslané|trimis|gönderildi)\b"
    rf"[^.:,;]{{1,25}}{_DEVICES}.{{0,80}}"
)
MOBILE_OTHERS = (
    r"(?:get|télécharge[rz]?|obtenez|obtener|hol dir|holen sie sich|ottieni|download) (?:\[?outlook|boxer"
    r"|bluemail|spark)\b.{0,120}"
    r"|outlook (?:for|für|pour) (?:ios|android).{0,100}"
    r"|von (?:meinem|meiner) .{1,60} gesendet|diese nachricht wurde von .{1,80} gesendet"
    r"|從我的.{1,40}傳送|从我的.{1,40}发送"
    r"|.{0,20}から送信|나의 .{1,30}에서 보냄"
    r"|(?:someone )?from (?:my )?(?:mobile|iphone|ipad|android|blackberry|phone)\b.{0,40}"
    r"|this (?:e-?mail|message) was sent from my .{1,60}|\(?sent from (?:a |my ).{1,60}\)?|< ?sent (?:by|from)"
    r" .{1,40}>"
    r"|(?:composed|typed|written) on (?:my|a) .{1,50}|please excuse (?:any |my )?(?:brevity|typos|spelling).{0,80}"
)

_THIS_MAIL = r"(?:this|the|diese|ce|yr) (?:e-?mail|message|communication|transmission|nachricht|courriel|e-?bost)"
DISCLAIMER = re.compile(
    r"\b(?:intended (?:solely|only|exclusively) for|intended recipient|named addressee|(?:individual|person"
    r"|entity) (?:or entity )?to whom (?:it|they) (?:is|are) addressed"
    rf"|{_THIS_MAIL}\b.{{0,120}}\b(?:confidential|privileged|intended|monitored|recorded|scanned|virus"
    rf"|attachments|vertraulich)"
    r"|(?:e-?mail|message) (?:and|or) any (?:files|attachments?)|confidentiality (?:notice|statement)|legally"
    r" privileged|privileged (?:and|or) confidential"
    r"|information (?:contained )?in this (?:e-?mail|message|communication)|received (?:it|this|the e-?mail|this"
    r" (?:e-?mail|message))\b.{0,40}\b(?:in error|by mistake)"
    r"|not the (?:intended|named) (?:recipient|addressee)|e-?mails?\b.{0,40}\bmay be (?:monitored|recorded"
    r"|disclosed|intercepted)"
    r"|consider the environment before|before printing this|(?:views|opinions) (?:or opinions )?(?:expressed"
    r"\b.{0,60}\b(?:those of|e-?mail|message|author|sender|necessarily|personal|my own)|are"
    r" those of the (?:author|sender))"
    r"|do(?:es)? not necessarily (?:represent|reflect)|(?:may|might) be (?:subject to|disclosed"
    r" under)\b.{0,40}\bfreedom of information"
    r"|registered (?:office|in england)|registered (?:company|charity) (?:no|number)|ymwadiad\b|diese e-?mail"
    r" (?:enthält|kann)"
    r"|ce (?:message|courriel)\b.{0,60}confidentiel|how we (?:use|process) your (?:personal )?(?:data"
    r"|information).{0,40}privacy notice"
    r"|^disclaimer\b|gall yr e-?bost)",
    re.IGNORECASE,
)
BANNER = re.compile(
    r"^[\s*#!\[(>⚠️|-]*(?:caution[\s!:*\])-]*(?:this (?:is|e-?mail (?!\w+ (?:is|was|are)\b)|message|sender|came)"
    r"|external|e-?mail|do not|outside|$)"
    r"|external(?: e-?mail| sender| message)?\s*[\])*!:.-]*(?:$|this|do not|think before|caution|originat)"
    r"|external (?:e-?mail|sender|message)\b|this (?:e-?mail|message) (?:originated|originates|came|comes|has"
    r" come|was sent|is) from"
    r" (?:outside|an external|external)|you don.?t often get e-?mail from|some people who received this message"
    r"|learn why this is important|warning[:!]? .{0,30}external (?:e-?mail|sender|source)|do not click (?:on"
    r" )?(?:any )?links?\b(?! in (?:such|these|those|texts?|the)\b)"
    r"|be (?:cautious|careful) (?:when|with|about|before|of) (?:click|open|link|attach|reply|respond)\w*"
    r"|\[?rhybudd\b.{0,30}allanol"
    r"|rhybudd[:!]? .{0,60}e-?bost|this sender is (?:outside|external)|think before you click"
    r"|attention\W+(?:this e-?mail|external e-?mail)"
    r"|exercise caution (?:when|before|with|in) (?:open|click|reply|respond|link|attach)\w*|\[extern(?:al)?\]"
    r"|achtung[:!]? .{0,30}extern)",
    re.IGNORECASE,
)
# What people put into a signature and say of themselves; only ever looked for among the lines of one.
ABOUT_SENDER = re.compile(
    r"^\W*(?:my (?:normal |usual |core )?(?:working|office) (?:days?|hours|pattern|week)\b|i (?:currently |usually )?"
    r"(?:work|am in the office) (?:flexibl|part[- ]time|full[- ]time|compressed|agile|remotely|from home|hybrid"
    r"|mon|tue|wed|thu|fri|\d)"
    r"|(?:please )?(?:do not|don.t) feel (?:obliged|you (?:need|have)|any|under|that you)"
    r"|i (?:do not|don.t) expect (?:a|an|you)\b|(?:my )?(?:non-?working|working) (?:days?|hours|pattern)\s*:"
    r"|(?:please note )?i (?:do not|don.t) work (?:on )?(?:mon|tue|wed|thu|fri)|i may (?:send|e-?mail)\b"
    r"|book (?:some )?(?:time|a meeting) (?:to meet )?with me\b|proud(?:ly)? (?:to be|to support|supporter|member)\b"
    r"|(?:follow|find|like) us on\b|visit our website\b|i am sending this\b"
    r"|my pronouns\b|pronouns\s*:|join (?:my|me on) teams\b)",
    re.IGNORECASE,
)
MARKING = re.compile(
    r"^\W*(?:official(?:[- :–]+sensitive)?(?:[- :–]+(?:personal|commercial|locsen|recipients only).{0,30})?|nhs?"
    r" confidential|not protectively marked|protect"
    r"|restricted|classification\s*:.{1,40}|swyddogol|unclassified)\W*$",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"^(?:you (?:received|are receiving|have received) this (?:message|e-?mail)|to unsubscribe|to (?:respond"
    r"|view)|unsubscribe|reply to this e-?mail directly"
    r"|this (?:message|email) was sent to|view it on|you are receiving this|mute (?:this|the) (?:topic|thread)"
    r"|manage (?:your )?(?:notification|subscription)"
    r"|original message processed by|visit topic)\b",
    re.IGNORECASE,
)
FORWARD_LINE = re.compile(
    r"^[\s*>]*(?:begin forwarded message(?!s? \w)|anfang der weitergeleiteten|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado"
    r"|inizio messaggio inoltrato|vidarebefordrat (?:brev|meddelande)|start videresendt|begin doorgestuurd"
    r" bericht|påbegynt videresendt"
    r"|videresendt (?:besked|melding)|początek przekazanej|начало переадресованного|початок листа|início da"
    r" mensagem|välitetty viesti|"
    r"neges wedi(?:.i hanfon ymlaen| ei hanfon)"
    r"|転送されたメッセージ|original message processed by|reply above this line"
    r"|please reply above this line|## ?reply above|[-#]+ ?please (?:reply|type your reply) above)",
    re.IGNORECASE,
)
# Names begin with a capital: "Hi Priya and all," is a greeting, "All quiet, one event planned." is news.
GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|dear|helo|annwyl|hallo|bonjour|good (?:morning|afternoon|evening|day)|bore da"
    r"|prynhawn da"
    r"|to whom it may concern)\b[^.?\d:;]{0,40}"
    r"|(?:morning|afternoon|evening|greetings|all|both|team|everyone|colleagues)(?: (?:all|both|everyone|team"
    r"|folks|\w+))?)"
    r"\s*[,.!:–-]*$",
    re.IGNORECASE,
)


def words(*tables: str) -> str:
    """Alternatives of several tables, longest first, so that a label is not cut short by a shorter one."""
    rows = {row for table in tables for row in table.split("|")}
    return "|".join(sorted(rows, key=len, reverse=True))
