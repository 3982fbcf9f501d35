"""Long words that council prose uses all the time: a word one slip away from one of them is asked about.

Only words of eight letters and more count, only a single slip (a letter more, less, wrong or two turned round), and
only inside the word: its first letter and its last two agree. ``REAL`` lists the English words that stand that near.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

_COMMON = """
accommodation achieve achievement activity additional address adviser agreement alcohol allocate allocation analysis
analyst antisocial application appointment approach appropriate approval approve arrangement assessment assistance
associate attendance audience authority available awareness barrier beginning behaviour benefit borough briefing
building bulletin burglary business calendar campaign candidate capacity category challenge character charity
children circumstance citizen coercive collaboration collaborative colleague collection commence commission
commissioned commissioner commitment committed committee communicate communication community comparison complaint
complete completion compliance comprehensive concern conclude conclusion conference confidence confidential conflict
connection consequence consider consistent constabulary consultation contact continue continuous contribute
contribution control conversation conviction coordinate coordination coordinator council councillor counselling
criminal criminality cuckooing current currently custody december decision decrease definitely delivery department
describe designated detainee detective determine develop development difference different difficult difficulty
director disability disadvantage discrimination discuss discussion disorder disproportionate disruption distribute
distribution district diversion diversity document domestic education effective effectiveness efficient elderly
eligible embedded emergency emerging emotional employer employment encourage enforcement engagement enhance
environment environmental equality equipment especially establish establishment estimate evaluate evaluation evening
eventually evidence examine excellent existing expenditure experience explain exploitation explore exposure
extremism facilitate facility familiar february feedback festival finalise finalised finance financial following
forthcoming framework frequent function funding further gambling general generally governance government gradually
guarantee guidance guideline happened harassment hospital household housing identification identify immediate
immediately implement implementation important improve improvement incident include inclusion increase increasing
independent individual influence information informed initial initiative innovation inquiry inspection inspector
institution insufficient insurance intelligence intensive interested intermediate interpreter intervention interview
introduce introduction investigate investigation investment involve involved involvement isolation january journey
judgement judicial justice juvenile knowledge language leadership learning legislation leisure library licence
licensing lifestyle limited literature locality location maintain maintenance majority manageable management manager
mandatory material measure mechanism medical medication meeting membership message minimum minority mitigate monitor
monitoring monthly motivation multiple national naturally necessarily necessary neglect negotiate neighbour
neighbourhood neighbouring network newsletter nominate nomination noticeable notification november nuisance
objective observation obstacle obvious occasion occasionally occupation occurred occurrence october offence offender
offensive officer official officially operation operational opportunity opposite ordinary organisation organise
organised original otherwise outcome outreach overview ownership parental parenting participant participate
participation particular particularly partner partnership passenger pathway patient pattern penalty performance
permanent permission perpetrator persistent personal personnel perspective physical placement planning policing
population position positive possession possibility possible potential potentially poverty practice practitioner
predominantly preference prejudice premises preparation presence present presentation pressure prevalence prevent
preventative prevention previous previously primary priority prisoner privacy private privilege probably probation
problem procedure proceed process product professional profile programme progress prohibit project prominent promote
promotion proportion proposal prosecute prosecution protect protection protective protocol provide provider
provision psychological publication publicly publish published purchase purpose quality quantity quarter quarterly
question questionnaire radicalisation reassurance receive received recently recognise recommend recommendation
recommended recovery recruit recruitment reduction referral referred referring reflect refresh regarding regional
register registration regular regularly regulation rehabilitation relation relationship relevant religious reminder
renewal reoffending replace representative require requirement research resident residential resilience resolution
resource respond response responsibility responsible restaurant restorative restrict restriction robbery safeguard
safeguarding satisfaction saturday schedule secondary section security sensitive sentence separate separately
september sergeant serious service session setting several severity shelter significant significantly similar
situation society solution specialist specific specifically stakeholder standard statement statistics statutory
strategic strategy strengthen structure student subject submission substance substantial successful successfully
sufficient suggest suggestion suicide summary supervision supplement supplier support supportive surrounding
surveillance suspect suspicious sustainable technology telephone temporary tenancy terrorism therefore thorough
threaten threshold through throughout thursday together toolkit tradition traffic trafficking training transfer
transferred transition transport treatment trouble tuesday understand understanding undertake unemployment
unfortunately university unnecessary usually vandalism various vehicle victimisation vigilance village violence
violent visible visitor voluntary volunteer vulnerability vulnerable warning website wednesday welcome wellbeing
wellness widespread withdraw withdrawal witness workforce workshop
"""
_REAL = """
adviser advisers advisor advisors allocution behaviors commanded commended commerce commerces communicates
compartment compartments compete competes complexion complexions compliant confection confections confider
contiguous contracts convection coordinates councilor councilors counseling currants decease defective defectives
departments deportment derision derisions descries discursion discursions disorders distract distracts enragement
entourage entourages evacuate evacuates evacuation evacuations exiting expedience explodes finalized finalizes
findings foundings gabbling gamboling garbling generalist gimbling impalement incensive infirmed insolation judgment
judgments justices leaning leanings licenses locution locutions mandatary mangers maternal mediation mediations
meditation meditations multiplies multipole multipoles neighborhood neighborhoods neighboring neighbors notional
offenses organiser organisers organization organizations organized organizes panning parading parenthood partaker
partakers participle passages passible patenting patents percent performer performers personas persons perspectives
pervious plaining planing planking planting plantings poisoner poisoners positron positrons practise practises
precious preciously presets pretence pretences prevision previsions primates prisoners processional processionals
projection projections projective promises pronation proration protests provably provider quarrels quarters
radicalization reception recognizes recommenced redaction redactions referee refereed reflation regently regrading
remainder remainders resisters retarding revolution revolutions rewarding rewinder seatings sentience serjeant
serjeants servile settlings shelvers sittings smelters specifics statuary stricture strictures suctions throughput
throughputs trailing trailings troughs vesicle vesicles victimization violets visibles wardings warmings warpings
"""

SHORTEST = 8
REAL = frozenset(_REAL.split())


def _shorter(word: str) -> set[str]:
    """The word, and the word with each letter left out: two words one slip apart share one of these."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


@lru_cache(maxsize=1)
def _index() -> tuple[frozenset[str], dict[str, set[str]]]:
    """The common words with their plurals, and where to find them by what is left without a letter."""
    forms = {form for word in _COMMON.split() for form in (word, word if word.endswith("s") else f"{word}s")}
    index: dict[str, set[str]] = {}
    for form in forms:
        if len(form) >= SHORTEST:
            for key in _shorter(form):
                index.setdefault(key, set()).add(form)
    return frozenset(forms), index


def common_forms() -> frozenset[str]:
    """The common words, with their plurals."""
    return _index()[0]


def common_word_meant(word: str) -> str | None:
    """The one common word that this (lower case) is a slip of; None when it is right, unknown or could be several."""
    forms, index = _index()
    if not SHORTEST - 1 <= len(word) <= 24 or not word.isalpha() or word in forms or word in REAL:
        return None
    near = {
        form
        for key in _shorter(word)
        for form in index.get(key, ())
        if form[0] == word[0] and form[-2:] == word[-2:] and OSA.distance(form, word) == 1
    }
    return near.pop() if len(near) == 1 else None
