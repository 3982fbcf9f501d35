"""The lists behind the checks of words: our own, short, British, and free of words that are also names or right.

A word belongs in ``MISSPELT`` only when it is never right, in any sense and in any name we know of.
"""

from __future__ import annotations

import re

_PAIRS = """
inconvience inconvenience|inconvinience inconvenience
commited committed|commiting committing|perpertrators perpetrators|strategey strategy|warnign warning|warnigns warnings
abberation aberration|accesible accessible|accessable accessible|accidentaly accidentally|accomadation accommodation
accomodate accommodate|accomodated accommodated|accomodation accommodation|accordng according|accross across
acheive achieve|acheived achieved|acheivement achievement|acheivements achievements|acheiving achieving
acknowlege acknowledge|acommodation accommodation|acording according|acros across|activites activities
activties activities|actualy actually|addional additional|additonal additional|addtional additional
adequatly adequately|adminstration administration|admistration administration|adress address|adressed addressed
adresses addresses|adressing addressing|advertisment advertisement|aggresive aggressive|agreeement agreement
agreemnt agreement|agression aggression|agressive aggressive|agust August|alchohol alcohol|alchol alcohol
allready already|allways always|alocate allocate|alocated allocated|alot a lot|ammount amount|amoung among
annoucement announcement|annualy annually|anounced announced|anouncement announcement|anti-socail anti-social
anual annual|anually annually|aparent apparent|aplication application|apointment appointment|apparant apparent
appartment apartment|appearence appearance|applicaton application|appliction application|appointmnet appointment
appriciate appreciate|appropiate appropriate|appropriatly appropriately|approriate appropriate
approximatly approximately|apreciate appreciate|aproach approach|aproached approached|aproval approval
aproved approved|aproximately approximately|aquire acquire|aquired acquired|aranged arranged|arangements arrangements
arguement argument|arrangment arrangement|arrangments arrangements|asessment assessment|asociated associated
asociation association|assesed assessed|assesment assessment|assesments assessments|assessement assessment
assistanse assistance|assistence assistance|assocated associated|assualt assault|assualts assaults|atention attention
attemp attempt|attendace attendance|attendence attendance|attened attend|attitute attitude|audiance audience
augst August|authorites authorities|authorties authorities|autority authority|avaiable available|availabe available
availabilty availability|availble available|availible available|avaliable available|awareneness awareness
awarenes awareness|awarness awareness|basicly basically|beacuse because|becasue because|becomming becoming
becuase because|begining beginning|beginnning beginning|behaviuor behaviour|behavoir behaviour|behavoiur behaviour
behavour behaviour|beleive believe|beleived believed|benefical beneficial|benifit benefit|benifits benefits
betwen between|beween between|buisness business|buletin bulletin|bulliten bulletin|burglarys burglaries
burglery burglary|busines business|bussiness business|calender calendar|campagin campaign|campain campaign
campaing campaign|campains campaigns|cancelation cancellation|candiate candidate|capactiy capacity
catagories categories|catagory category|ceratin certain|certian certain|certifcate certificate|chalenge challenge
challange challenge|challanges challenges|charachter character|charaties charities|charites charities
childern children|chilren children|circumstanes circumstances|citizans citizens|colaboration collaboration
colection collection|collaberation collaboration|collaberative collaborative|colleages colleagues|collegue colleague
collegues colleagues|comission commission|comissioned commissioned|comissioner commissioner|comitment commitment
comittee committee|comittment commitment|comming coming|commision commission|commisioned commissioned
commisioner commissioner|commissioing commissioning|commitee committee|committment commitment|committments commitments
communites communities|communty community|comparision comparison|compatability compatibility|competion competition
completley completely|completly completely|comprehensve comprehensive|comprimise compromise|comunication communication
comunications communications|comunities communities|comunity community|concensus consensus|concerened concerned
concious conscious|conditons conditions|conferance conference|confidental confidential|confidentally confidentially
consistant consistent|constabularly constabulary|constabulery constabulary|consultaion consultation
consultion consultation|contibute contribute|contining continuing|continous continuous|continuely continually
contribuition contribution|controled controlled|controling controlling|conveniant convenient|convienient convenient
coodinate coordinate|coordinater coordinator|cooridinator coordinator|corespondence correspondence
correspondance correspondence|coucil council|councel council|councellor councillor|counciller councillor
councilor councillor|councilors councillors|counil council|couragous courageous|coutny county|criminalty criminality
critera criteria|criterias criteria|critisism criticism|curently currently|currenlty currently|currentley currently
custoday custody|dangerious dangerous|datbase database|decemeber December|decison decision|decisons decisions
decmber December|definate definite|definately definitely|definatly definitely|definitly definitely
delievered delivered|delivary delivery|deliverd delivered|delivred delivered|dependance dependence|descision decision
desparate desperate|detainnees detainees|detatch detach|detatched detached|deterant deterrent|deterrant deterrent
develope develop|developement development|developmet development|developped developed|diferent different
differance difference|difficulity difficulty|diffrent different|dificult difficult|disabilites disabilities
disabilty disability|disapear disappear|disapeared disappeared|disapointed disappointed|disapointing disappointing
disatisfied dissatisfied|discused discussed|discusion discussion|disorderley disorderly
disproportionatly disproportionately|disscuss discuss|distributon distribution|distrubution distribution
domesic domestic|domestc domestic|domestic-abuse domestic abuse|durring during|ecstacy ecstasy|effecient efficient
efficent efficient|eforts efforts|elegible eligible|eligable eligible|eligibilty eligibility|embarass embarrass
embarassed embarrassed|embarassing embarrassing|emergancy emergency|emplyment employment|enagement engagement
enforcemnet enforcement|enforcment enforcement|engagemnt engagement|engagment engagement|enviroment environment
enviromental environmental|enviroments environments|environement environment|equiped equipped|equipement equipment
equiptment equipment|equivelant equivalent|equivilent equivalent|esential essential|especialy especially
essental essential|estabish establish|establised established|establishd established|evaluaton evaluation
evalution evaluation|evaulation evaluation|eventualy eventually|evidance evidence|exagerate exaggerate
excelent excellent|excellant excellent|excercise exercise|excersise exercise|exellent excellent|exeption exception
exisiting existing|existance existence|existng existing|expantion expansion|expecially especially|expeience experience
experiance experience|experianced experienced|experienceing experiencing|experimant experiment
explaination explanation|expliotation exploitation|exploitaion exploitation|explotation exploitation
explotiation exploitation|extention extension|extreem extreme|extremeism extremism|extremley extremely
extremly extremely|facilites facilities|facilitys facilities|facilties facilities|familar familiar|familes families
familiy family|fasinating fascinating|februrary February|febuary February|feburary February|feedack feedback
finacial financial|finalied finalised|finalsed finalised|finaly finally|financal financial|florescent fluorescent
follwing following|folowing following|foriegn foreign|formaly formally|forthcomming forthcoming|fourty forty
foward forward|fowarded forwarded|freind friend|freinds friends|frequentley frequently|fundimental fundamental
fundng funding|furthur further|futher further|garantee guarantee|gaurd guard|generaly generally|genuinley genuinely
govenance governance|govenment government|goverment government|govermnent government|governace governance
governement government|gradualy gradually|greatful grateful|greviance grievance|guarentee guarantee
guidelnes guidelines|guidence guidance|guidlance guidance|guidlines guidelines|happend happened|harasment harassment
harrasing harassing|harrasment harassment|harrass harass|harrassed harassed|harrassment harassment
hatecrime hate crime|heigth height|helth health|hospitalty hospitality|houshold household|housholds households
humourous humorous|idenitfy identify|identifed identified|identifing identifying|identifiy identify|imediate immediate
imediately immediately|imense immense|imformation information|immediatley immediately|immediatly immediately
implementaion implementation|impliment implement|implimented implemented|implmentation implementation
importanat important|importanly importantly|importent important|improvemnt improvement|improvment improvement
improvments improvements|incidnet incident|incidnets incidents|includng including|inclued include|inclusvie inclusive
incorperate incorporate|increse increase|incresing increasing|inculding including|independance independence
independant independent|independantly independently|indivduals individuals|individal individual|individuls individuals
induvidual individual|indviduals individuals|infomation information|informaton information|informtion information
infromation information|inital initial|initally initially|initative initiative|initatives initiatives
initiaitve initiative|inovation innovation|inovative innovative|inovlved involved|inpsector inspector
instalation installation|institue institute|instution institution|insufficent insufficient|inteligence intelligence
intellegence intelligence|intelligance intelligence|intenational international|intepreter interpreter
interupt interrupt|interuption interruption|intervenion intervention|intervension intervention
interventon intervention|intervetion intervention|intiative initiative|intiatives initiatives|intoduce introduce
intoduced introduced|introducton introduction|invesigation investigation|investigaton investigation
investigtion investigation|invitaion invitation|invloved involved|invovled involved|irrelevent irrelevant
irresistable irresistible|issueing issuing|janaury January|janury January|jepardise jeopardise|jounal journal
justise justice|juvinile juvenile|knowledgeble knowledgeable|knowlege knowledge|labratory laboratory|langauge language
lanuage language|lauch launch|lauched launched|launchd launched|leadeship leadership|leasure leisure
legislaton legislation|legistlation legislation|legitamate legitimate|lenght length|liase liaise|liasing liaising
liason liaison|libary library|licencing licensing|lisence licence|litterature literature|maintainance maintenance
maintance maintenance|maintenence maintenance|maintinance maintenance|managable manageable|managemnt management
managment management|mangement management|manouvre manoeuvre|marrage marriage|materal material|mathmatics mathematics
maximium maximum|meaningfull meaningful|measurment measurement|medcine medicine|medecine medicine|meetngs meetings
meetting meeting|membershp membership|membes members|memebers members|mesage message|millenium millennium
miniumum minimum|minumum minimum|miscelaneous miscellaneous|mischevious mischievous|misson mission|moniter monitor
monitering monitoring|monitring monitoring|monthy monthly|montly monthly|multi-agancy multi-agency|municiple municipal
naturaly naturally|neccesary necessary|neccessarily necessarily|neccessary necessary|necesary necessary
necessarly necessarily|necessarry necessary|negociate negotiate|negotation negotiation|neigbour neighbour
neigbourhood neighbourhood|neigbours neighbours|neighborhoood neighbourhood|neighbouhood neighbourhood
neighbourood neighbourhood|neighourhood neighbourhood|newletter newsletter|newsleter newsletter|nieghbour neighbour
nieghbourhood neighbourhood|noticable noticeable|noticably noticeably|novemeber November|novmeber November
occasionaly occasionally|occassion occasion|occassional occasional|occassionally occasionally|occassions occasions
occurance occurrence|occured occurred|occurence occurrence|occurences occurrences|occuring occurring|occurr occur
ocotber October|octber October|offcer officer|offciers officers|offendors offenders|offeneder offender
offesive offensive|offical official|offically officially|officals officials|omited omitted|ommission omission
ommitted omitted|ongoig ongoing|ongong ongoing|operaton operation|opertional operational|oportunities opportunities
oportunity opportunity|oposite opposite|opperation operation|oppertunity opportunity|opportunites opportunities
opportunties opportunities|oppurtunity opportunity|optomistic optimistic|organiation organisation
organisaton organisation|organisiation organisation|organistation organisation|organistions organisations
organsations organisations|organsiation organisation|organsied organised|orginal original|orgnisation organisation
originaly originally|otherwize otherwise|ouside outside|outcoms outcomes|overal overall|overveiw overview
paitent patient|paralel parallel|parlament parliament|parliment parliament|parnership partnership
partcipate participate|parternship partnership|parternships partnerships|particiapte participate
participaton participation|participents participants|particpants participants|particpate participate
particularily particularly|particularley particularly|particulary particularly|partnerhip partnership
partnerhips partnerships|partnershp partnership|partnersip partnership|partneships partnerships|pateint patient
pateints patients|peformance performance|peice piece|peices pieces|peolpe people|peopel people|peple people
perfomance performance|performace performance|performence performance|permanant permanent|permenant permanent
permision permission|perpatrator perpetrator|perpatrators perpetrators|perpertrator perpetrator
perpetators perpetrators|perpetraitor perpetrator|perpetrater perpetrator|perpetraters perpetrators
persistant persistent|personel personnel|personnell personnel|persue pursue|persuing pursuing|phenomenom phenomenon
plannning planning|plase please|playright playwright|pleae please|pleaes please|poeple people|polical political
poltical political|popluation population|populaton population|posession possession|posibility possibility
posible possible|positve positive|possable possible|possesing possessing|possesion possession|possibilty possibility
possiblity possibility|postive positive|potental potential|potentialy potentially|practicioner practitioner
practicioners practitioners|practioner practitioner|practioners practitioners|practitoners practitioners
preceed precede|preceeding preceding|predominently predominantly|prefered preferred|prefering preferring
preferrable preferable|prejudise prejudice|preparaton preparation|preperation preparation|presance presence
presense presence|presentaion presentation|presentaton presentation|presention presentation|prevalance prevalence
prevelance prevalence|prevelant prevalent|prevenative preventative|preventon prevention|prevetion prevention
previosly previously|previouly previously|previousley previously|previuosly previously|priorites priorities
prioritys priorities|prioties priorities|privalege privilege|privelege privilege|priviledge privilege
privilige privilege|proabably probably|probabation probation|probaly probably|probaton probation|problemes problems
probly probably|procede proceed|proceedure procedure|proceeedings proceedings|profesional professional
profesionals professionals|professionial professional|proffesional professional|proffesionals professionals
progamme programme|progammes programmes|progess progress|programe programme|programes programmes|programm programme
progres progress|prominant prominent|pronounciation pronunciation|prooving proving|propery property|proposel proposal
propsed proposed|prosectuion prosecution|prosecuton prosecution|protecton protection|protocal protocol
psychotrophic psychotropic|psycology psychology|pubilc public|publically publicly|publicaly publicly
publicaton publication|publised published|publishd published|publsihed published|purchace purchase|purpous purpose
pursuade persuade|qualifed qualified|quantites quantities|quarterley quarterly|questionaire questionnaire
questionaires questionnaires|questionnairre questionnaire|questionnare questionnaire|realy really|reasearch research
reccomend recommend|reccomendation recommendation|reccomendations recommendations|reccomended recommended
reccommend recommend|receieve receive|receieved received|receving receiving|recieve receive|recieved received
recieves receives|recieving receiving|recognisd recognised|recomend recommend|recomendation recommendation
recomendations recommendations|recomended recommended|recommedations recommendations|recommendatons recommendations
reconize recognise|recovary recovery|recruitement recruitment|recrutiment recruitment|recuitment recruitment
reduceing reducing|reducton reduction|referal referral|referals referrals|referances references|refered referred
refering referring|referrence reference|refferal referral|refferals referrals|regading regarding|regualr regular
reguarding regarding|regularily regularly|regularley regularly|regulary regularly|rehabiliation rehabilitation
rehabilitaion rehabilitation|relationshps relationships|relatonship relationship|relavant relevant|relevence relevance
relevent relevant|religous religious|reluctent reluctant|rember remember|remeber remember|remined reminded
repatition repetition|repetative repetitive|repitition repetition|reponse response|representativs representatives
represention representation|representitive representative|representitives representatives|requirment requirement
requirments requirements|requred required|reserach research|residentail residential|residental residential
resiliance resilience|resillience resilience|resistence resistance|resouces resources|resoures resources
resourses resources|responce response|responces responses|responsability responsibility|responsable responsible
responsibilites responsibilities|responsibilty responsibility|responsiblity responsibility|restarant restaurant
restaraunt restaurant|restorive restorative|resturant restaurant|retreive retrieve|reveiw review|reveiwed reviewed
reviewd reviewed|reviw review|robberys robberies|saefty safety|safegarding safeguarding|safegaurding safeguarding
safeguading safeguarding|safeguardng safeguarding|saftey safety|saterday Saturday|satisfactary satisfactory
saturaday Saturday|scedule schedule|schedual schedule|scheduel schedule|scince science|seargent sergeant
secratary secretary|secretery secretary|sectons sections|securty security|seige siege|sensative sensitive
senstive sensitive|sentance sentence|sentances sentences|sepcific specific|seperate separate|seperated separated
seperately separately|seperation separation|septmber September|septmeber September|sergent sergeant|seriuos serious
serius serious|serivce service|serivces services|servcie service|servcies services|setpember September
severly severely|sevice service|sevices services|sevral several|sexaul sexual|sexualy sexually|shold should
sholud should|shoudl should|signficant significant|signifcant significant|significanlty significantly
significent significant|signifigant significant|similarily similarly|similiar similar|simmilar similar
sincerly sincerely|skilfull skilful|socail social|soley solely|sollution solution|specalist specialist
specifc specific|specifcally specifically|specificaly specifically|specilist specialist|spefically specifically
sponser sponsor|sponsered sponsored|stablity stability|stakehoders stakeholders|stakeholdes stakeholders
stakholder stakeholder|stakholders stakeholders|startegic strategic|startegy strategy|stategic strategic
stategy strategy|statisics statistics|statistcs statistics|statment statement|statments statements
statstics statistics|stratagy strategy|strategys strategies|stratergies strategies|stratergy strategy
stratgic strategic|strenght strength|strenghten strengthen|strenghtening strengthening|strengthend strengthened
strengthing strengthening|structurd structured|submision submission|submited submitted|submiting submitting
subsance substance|subsequant subsequent|subsequentally subsequently|substace substance|substanial substantial
subtance substance|succes success|succesful successful|succesfully successfully|successfull successful
successfuly successfully|succsessful successful|sucess success|sucessful successful|sucessfully successfully
sufficent sufficient|sufficiant sufficient|sugest suggest|sugested suggested|suggeston suggestion|suport support
suported supported|suporting supporting|supporing supporting|suppport support|supresses suppresses|suprise surprise
suprised surprised|suprising surprising|suprisingly surprisingly|surounding surrounding|suroundings surroundings
surpress suppress|surveilance surveillance|surveilence surveillance|surveillence surveillance|survellance surveillance
suseptible susceptible|suspicous suspicious|suspisious suspicious|sustainble sustainable|sustanable sustainable
systm system|sytem system|sytems systems|tackel tackle|tackeling tackling|tatics tactics|teh the|telphone telephone
temperary temporary|temporarly temporarily|temporay temporary|tendancy tendency|terrorisim terrorism|theif thief
theives thieves|therefroe therefore|thier their|thoughout throughout|threatend threatened|threshhold threshold
throughtout throughout|througout throughout|thrusday Thursday|thsi this|thurday Thursday|thursdy Thursday
togehter together|togther together|tommorow tomorrow|tommorrow tomorrow|tomorow tomorrow|tradgedy tragedy
trafficing trafficking|traffiking trafficking|traing training|trainig training|trainng training|trainning training
transfered transferred|transfering transferring|transferrred transferred|truely truly|tuesdy Tuesday|tusday Tuesday
tuseday Tuesday|twelth twelfth|unavailble unavailable|unecessary unnecessary|unforseen unforeseen
unfortunatley unfortunately|unfortunatly unfortunately|unneccessary unnecessary|untill until|upto up to|usally usually
usefull useful|usualy usually|utilties utilities|vaccum vacuum|vandalisim vandalism|vandelism vandalism
vandilism vandalism|varities varieties|vehcile vehicle|vehical vehicle|vehicals vehicles|vehicule vehicle
verison version|vicims victims|vicitm victim|vicitms victims|victum victim|victums victims|vigilence vigilance
vigilent vigilant|villian villain|violance violence|violense violence|violnet violent|visability visibility
visable visible|visiblity visibility|voilence violence|volentary voluntary|volenteers volunteers|volunters volunteers
voluntery voluntary|voluntry voluntary|voluteer volunteer|voluteers volunteers|vulernable vulnerable
vulnarable vulnerable|vulnerabilites vulnerabilities|vulnerabilty vulnerability|vulnerble vulnerable
vulnreable vulnerable|vunerability vulnerability|vunerable vulnerable|waranty warranty|warrent warrant
warrents warrants|weaponary weaponry|wedensday Wednesday|wednesay Wednesday|wednesdy Wednesday|welbeing wellbeing
welcom welcome|welcomming welcoming|wellbieng wellbeing|wellbing wellbeing|wensday Wednesday|wether whether|whch which
whcih which|whith with|wich which|wihtin within|withdrawl withdrawal|witheld withheld|witin within|witnes witness
witnesse witness|wokring working|wokshop workshop|workforse workforce|workshp workshop|worksohp workshop
worshop workshop|writen written|writting writing|yeild yield|yera year|yoru your|youg young|yougn young
"""

_AMERICAN = """
behavior behaviour|behaviors behaviours|behavioral behavioural|color colour|colors colours|colored coloured
colorful colourful|center centre|centers centres|centered centred|neighbor neighbour|neighbors neighbours
neighborhood neighbourhood|neighborhoods neighbourhoods|neighboring neighbouring|favor favour|favors favours
favorite favourite|favorable favourable|honor honour|honored honoured|labor labour|harbor harbour|rumor rumour
endeavor endeavour|endeavors endeavours|defense defence|offense offence|offenses offences|theater theatre
theaters theatres|fiber fibre|liter litre|liters litres|traveled travelled|traveling travelling
traveler traveller|travelers travellers|canceled cancelled|canceling cancelling|counseling counselling
counselor counsellor|counselors counsellors|labeled labelled|labeling labelling|modeling modelling
signaling signalling|fueled fuelled|fulfill fulfil|fulfillment fulfilment|enroll enrol|enrollment enrolment
skillful skilful|willful wilful|analyze analyse|analyzed analysed|analyzing analysing|paralyzed paralysed
catalog catalogue|gray grey|plow plough|pediatric paediatric|anesthetic anaesthetic|estrogen oestrogen
maneuver manoeuvre|aging ageing|organization organisation|organizations organisations|organize organise
organized organised|organizing organising|organizer organiser|organizers organisers|recognize recognise
recognized recognised|recognizing recognising|prioritize prioritise|prioritized prioritised|finalize finalise
finalized finalised|utilize use|utilized used|minimize minimise|minimized minimised|maximize maximise
emphasize emphasise|emphasized emphasised|summarize summarise|summarized summarised|apologize apologise
criminalize criminalise|criminalized criminalised|radicalization radicalisation|radicalized radicalised
victimization victimisation|standardize standardise|standardized standardised|specialized specialised
authorized authorised|authorization authorisation|hospitalized hospitalised|penalized penalised
programs programmes
"""


def _pairs(text: str) -> dict[str, str]:
    """ "wrong right|wrong right" as a dictionary."""
    pairs = (pair.strip() for pair in text.replace("\n", "|").split("|"))
    return {wrong: right for pair in pairs if pair for wrong, _, right in [pair.partition(" ")]}


MISSPELT: dict[str, str] = _pairs(_PAIRS)
AMERICAN: dict[str, str] = _pairs(_AMERICAN)

MISSPELT_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\b(?:should|could|would|must|might) of (?=been|had|done|gone|come|taken|made)", re.IGNORECASE),
        "have",
    ),
    (re.compile(r"\bin regards to\b", re.IGNORECASE), "with regard to"),
    (re.compile(r"\bas is available\b", re.IGNORECASE), "and is available"),
    (re.compile(r"\bspecialise support\b", re.IGNORECASE), "specialist support"),
)

_REDUPLICATIONS = """
bang beep boom bye choo chop ever far ha hear hush knock long many never night now pom quick really so there
tick tut very win yo
"""
_EVERYDAY = """
A&E AA ADHD AGM AI AIDS AM APP ATM B&B BA BAME BBC BSC BST CBE CCTV CD CEO COVID CPR CSV CV DIY DJ DNA DOB DVD
ETC EU FAQ FW FYI GB GMT GP GPS HGV HIV HM HMP HQ HR HTML ICT ID ISO IT ITV KM LED LGBT LGBTQ M&S MA MBE MEP MOT
MP MPH MPS NB NHS NI NSPCC OBE OK PC PDF PE PHD PIN PM PO PPE PR PS Q&A QA QR R&D RAC RAF RE RNIB RSPCA RSVP SIM
SMS TBA TBC TV UK UN URL US USA USB UTC VAT VIP WIFI
"""
_SHOUTED = """
A ALL ALSO AN AND ANY ARE AS AT BE BEFORE BOTH BUILD BUT BY CAN CLEAR CRIME DATE DAY DEAD DO DRINK DRIVE DRUG
DRUGS DUE EACH END FOR FREE FROM GET GO HAS HATE HAVE HELP HERE HOLD HOW IF IN INFO INTO IS IT ITS JOIN JUST KEY
KNIFE LAST LATE LINK LIVE MAIL MAY MORE MUST NEED NEW NEWS NEXT NO NOT NOTE NOW OF OFF ON ONE ONLY OPEN OR OUR
OUT OVER PART PLEASE READ SAFE SAVE SEE SEND SHOULD SO SOON STOP STREET TEXT THAT THE THEM THEN THERE THESE THEY
THIS TIME TO TOO TWO UNTIL UP UPDATE URGENT US USE VERY WANT WAS WE WEEK WHAT WHEN WHERE WHO WHY WILL WITH WORK
YES YOU YOUR ZERO
"""

# Right when printed twice in good English.
ONCE_IS_FINE = frozenset({"had", "that"})
# Never a slip worth a question.
REDUPLICATIONS = frozenset(_REDUPLICATIONS.split())
# Acronyms that everybody reads.
EVERYDAY_ACRONYMS = frozenset(_EVERYDAY.split())
# Words that people write in capitals for emphasis.
SHOUTED = frozenset(_SHOUTED.split())
