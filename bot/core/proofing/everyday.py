"""Words of five letters and more that council prose uses every day, for one kind of slip: two letters turned round.

Such a slip is told in short words too, since hardly any word is another one with two neighbours changed over; those
that are stand in ``_REAL_SWAPS``.
"""

from __future__ import annotations

from functools import lru_cache

from bot.core.proofing.vocabulary import common_forms

_EVERYDAY = """
about abuse abused accepted account across action actions active adults advice adviser after again against agree
agreed agreement agreements airfield alarms alcohol alike alone along aloud already although always ambulance among
annual anonymised another answer answers anyone anything applications appointment appreciated approved april around
arranged arrest arrested arrests aside asked asleep assaulted assessment attend attended august authorities authority
available average awards aware awareness bandstand banks based because before began begging begin begun behaviour
behind being below bench beside better between bikes blade blades blocker blockers board booked booking borrowed
bowling briefed brings building bullying businesses called callers calls canal cannot cards carers carried carries
carrying cases caused cemetery centre chair chaired change changed changes charge charged charities charity check
child children choose churches cities close closed closes clubs coast collect college comes committed common
communities community compare complainant complete completed completely conference confirmed consent considered
constabulary constitution consultation contact continue continued contractors copies costs could council councillors
councils county courier course courses court courts crews crime crimes current currently custody damage dates death
deaths december decide decrease defendants deliver delivered delivery department details develop developed developing
devices difference dinner directly disability discussed district districts doctor doctors domestic doors doubled drink
drinking driven driver drivers drowned drugs during early economy effects eight eldest eleven email emergency emptied
empty ended entered entrants evening event events every everybody everyday everyone evidence expenses exploitation
extended fallen false families family fares fears february feedback fifth figures filled finds fines firms first
fitted flats floor followed following football footbridge forbids formal fortnight forty forward found fourteen foyer
fraud friday friend front funded funding further gambling given giving going grant grants grateful greatest green
greens group groups guest happened headquarters health hedges helped helping helpline higher holidays homes hospital
hospitals hours house housing however identified identify images improve improved improving incident include including
increase increased independent information injury installed instead intelligence interpreters invite invited itself
january journeys justice keeps kindly knife known languages large largest lasts later latest launch launched leaflet
learning learnt leave leavers leaves leaving legal lesson letter level library light lighting likes limit lines
lipstick lists lives local longer looked looking looks lunch machine making march marshals meant mediation mediators
medicine meeting meetings meets member members mentor mentors metres miles minutes missing moment monday money month
monthly months morning mosque mother mothers moves mural nailed naloxone names national navigator navigators needed
needs negative neighbour neighbours never night nights ninety nobody noise nomination north nothing november nuisance
number numbers nurse nurses occasions october offender offenders offer offered office officer officers often older
ongoing online opened opens opioid opioids order ordered orders organisations orientation other others otherwise
outcome outreach overdose pages painted pairs panel panels paper parents parking particular partner partners
partnership passed passenger passwords people person pharmacies phone place places planned planning plans played
please plenty point police policy positive posters practice premises prevent prevention primary printed prison
programme project projects prosecutor protection provide provided provides public publish purpose quarry quarter
question questionnaire questions quiet raise raised ranks rather reach readily ready receive received recent recently
record recorded recordings records recovered reduce reduced reducing referral refuge refuges refunded refused religion
remember renew report reported reporting reports request required resident residents response responses result results
retires reverses review reviewed reviews revised right risen robbed rough round running safeguarding safer safety
sample saturday scheme school schools seats second september serious service services session sessions seven share
shared shift shock short should shows sides signatures signed signs silent since sitting sixteen sleep slept small
smoke somebody something sometimes space spaces speak speaks speed spoke spring staff stairs stalking stalls stand
start started starts station stayed staying steel still stores story straight strand strands strategic strategy street
streets student students studies subject substance suite suites summer sunday supermarkets support supported
supporting surgeries survey survived synthetic system table tablets tackle tackling takeaways taken takes talks
teacher teachers technology telephone tenants testing tests thank thanks their theme themselves there therefore these
thing things think third thirds thirty those thought threat three threshold through throws thursday times today
together tomorrow toolkit touch tracking train trained trainer trainers training treatment tried trigger tuesday
twenty twice under university unless until unusual unveiled upcoming update updates usually vehicles victim victims
video villages violence violent visited visiting visitors visits volunteers votes waiting walked walking walks wanted
warden warning warnings washes watch water weapon weapons website wednesday weekends weekly weeks welcome where
whether which while whole whose winners winter within without women wonder words worked worker workers working works
workshop workshops would write written yearly years young younger youngest youth
"""
_REAL_SWAPS = """
cahir center coats compliant froward grene horus liens meters metes minuets overdoes paris pervious premisses quiet
quite regrading retries singed sings strete there three tired toady
"""


def _swaps(word: str) -> set[str]:
    """The word with two neighbouring letters changed over, its first letter kept."""
    return {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)} - {word}


@lru_cache(maxsize=1)
def _swapped() -> dict[str, set[str]]:
    """What is left of everyday words when two letters are turned round -> the words."""
    words = common_forms().union(_EVERYDAY.split())
    index: dict[str, set[str]] = {}
    for word in words:
        for wrong in _swaps(word) - words - set(_REAL_SWAPS.split()):
            index.setdefault(wrong, set()).add(word)
    return index


def everyday_word_meant(word: str) -> str | None:
    """The one everyday word that this (lower case) is, with two letters turned round."""
    meant = _swapped().get(word, set())
    return next(iter(meant)) if len(meant) == 1 else None
