"""Which words count as the same, which as opposites, which leave things open; word lists and nothing else.

Compared by `rag.words.key`, so that inflections need no entry of their own unless they are irregular.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from rag.words import key

# One group of words a line that news uses for one another.
_SYNONYMS = """
say tell state note add remark comment announce declare explain mention describe report stress \
emphasize emphasise
agree agreement accord deal pact treaty consensus settle settlement compromise
decide decision resolve choose chose chosen opt rule ruling determine
buy bought purchase acquire acquisition takeover procure procurement
sell sold sale divest offload
kill died die dead death deaths fatal fatality fatalities deadly lives toll perish
injure injury injuries hurt wound wounded casualty casualties harm harmed
show reveal indicate demonstrate find found suggest findings
rise rose risen increase climb grow grew grown growth gain jump surge soar up higher advance expand expansion
fall fell fallen decrease decline drop sink sank slip slide slid plunge down lower shrink shrank \
reduce reduction cut
begin began begun start commence launch open kick
end finish conclude complete close stop cease halt expire terminate over
big large huge major substantial significant considerable sizeable
small little minor slight tiny modest
important significant crucial key vital essential critical
plan intend intention aim propose proposal scheme seek scheduled schedule due set
consider weigh mull explore examine study discuss contemplate review think assess
want wish hope desire seek
expect anticipate forecast predict project likely outlook estimate
help assist aid support assistance back backing
fight battle combat counter struggle
attack strike raid assault hit
warn warning caution alert
ask request urge call appeal demand seek
reject refuse decline turn rebuff dismiss deny denied
cancel scrap abandon drop axe call
build built construct construction erect
make made produce manufacture production create
use employ utilize utilise usage deploy
give gave given grant award provide hand supply deliver offer
get got receive obtain gain secure win won
pay paid cost spend spent price worth payment
money fund funds funding finance cash budget
job post position role work employment jobs
boss chief head leader director executive ceo chair chairman chairwoman chairperson lead led
worker workers employee employees staff personnel workforce labour labor
company firm business corporation enterprise maker manufacturer operator group
police officer officers cop constable constabulary
army military forces troops soldiers defense defence
arrest detain detention custody hold held jail prison imprison
court judge tribunal justice bench
lawyer attorney counsel solicitor barrister
accuse charge allege allegation indict accusation
trial case lawsuit suit litigation proceedings hearing
crime offence offense violation criminal
sentence jail prison punish punishment term
guilty convict conviction
vote ballot poll election elect
lawmaker legislator deputy parliamentarian mp
parliament legislature congress assembly chamber
law legislation bill act statute
government administration cabinet authorities
minister secretary
talks meeting meet met summit discussion conference dialogue negotiation negotiate session gathering gather
visit trip travel tour journey
leave left depart departure quit resign resignation exit step
arrive arrival reach come came
return back
join enter accession member membership
lead led head run ran
show display exhibit exhibition
house home housing dwelling residence flat apartment
resident residents inhabitant people locals citizens
child children kid youngster minor
woman women female
man men male
doctor physician medic
hospital clinic medical
illness disease sick sickness infection ill
drug medicine medication
test trial tests experiment
scientist researcher academic study team research scholars
car vehicle automobile
ship vessel boat ferry
plane aircraft jet airplane airliner flight
train rail railway
road street highway motorway route
bridge crossing span
fire blaze flames wildfire
flood flooding floods inundate
storm hurricane typhoon cyclone
quake earthquake tremor
rain rainfall downpour
damage destroy destruction wreck harm
rescue save saved evacuate evacuation
victim victims dead
cause reason because blame due trigger lead led result owing
result outcome consequence
problem issue trouble difficulty fault
error mistake fault wrong
mistake
change alter modify amend revise revision shift
keep maintain retain remain stay continue
continue persist ongoing
improve better boost enhance strengthen reinforce bolster deepen
weaken worsen worse deteriorate undermine
extend prolong extension lengthen
delay postpone push late defer put
quick fast rapid swift speed
slow sluggish
new fresh latest recent
old former previous past
first initial debut inaugural
last final
near close nearby around vicinity
about around roughly approximately some nearly almost
over more above exceed than beyond
under less below fewer
quarter quarterly
year annual yearly annually
month monthly
week weekly
day daily
half midway
double twice twofold
triple threefold
part share portion percentage proportion
total overall whole entire sum altogether combined
average mean
number figure amount count quantity
record highest unprecedented
profit earnings income net
revenue sales turnover
share stock shares equity
price cost
rate rates
bank lender
loan lending credit borrow
debt liabilities owe
tax levy duty tariff
trade commerce
export exports shipment ship overseas
goods products merchandise
power electricity energy
oil crude petroleum
gas fuel
water river
crop harvest grain yield
farm farmer agriculture agricultural grower growers
food meal
school college university classes pupil pupils student students
teacher teachers instructor
game match
goal score scored
win won victory beat defeat triumph
lose lost loss defeat
player athlete
coach manager
team side squad club
title championship trophy crown
film movie picture
book novel
song music
artist painter
museum gallery
prize award honour honor
paint painting paintings
launch liftoff rocket
satellite spacecraft probe
orbit
space
threat danger risk menace hazard
safe safety secure security protect protection
worry concern fear anxious alarm
angry anger fury outrage
happy glad pleased delighted welcome
praise laud hail commend applaud welcome
criticize criticise criticism condemn denounce slam blast
blame responsible fault
promise pledge vow commit commitment
confirm verify acknowledge admit
reaffirm reiterate restate repeat confirm affirm
prove proof evidence
claim assert allege contend maintain argue insist
believe think consider opinion view
know knew known aware
learn learned learnt
see saw seen witness observe
hear heard
speak spoke talk
write wrote written author
read
publish release issue publication
send sent dispatch
bring brought
take took taken
move relocate relocation transfer shift
station base deploy deployment position
cooperate cooperation collaborate collaboration partner partnership work joint jointly together
joint jointly together both shared
ally allies alliance partner
country nation state
city town municipality
region area zone territory district
island islands isle
border frontier
capital
world global worldwide
local municipal
public
private
allow permit let enable authorize authorise approve approval
ban bar prohibit outlaw forbid block prevent
force compel oblige require must
need require necessary requirement
possible may might could able can
stop prevent block avert avoid
remove withdraw pull take
include contain comprise cover involve
separate divide split
explain account
answer reply respond response
happen occur place
appear seem
face confront
miss absent absence skip
attend present presence participate
empty vacant
full
cheap inexpensive affordable
expensive costly
rich wealthy
poor
free release liberate
spread transmit
switch replace swap substitute
choose pick select name appoint nominate appointment
fire sack dismiss oust
hire recruit employ appoint
strike walkout stoppage industrial
union unions
unanimous unanimously
deadline date
missile missiles rocket
weapon weapons arms armaments
nuclear atomic
regiment unit troops marines brigade
online virtual virtually remotely
coronavirus covid pandemic omicron virus
face-to-face person
document documents text paper memorandum agreement
fear concern
hours hour
time period duration
five-year
monument memorial
mayor
council councillors councillor
site location place spot venue
collapse crumble fell
crash collision collide accident
search hunt look
suspect suspected alleged
evidence proof
inquiry investigation probe investigate
effect impact influence affect
goal aim objective target purpose
reason why
customer client consumer shopper
user users subscriber
website site online internet
attack attacked hack breach cyberattack
data information
restore reopen resume
rebuild reconstruct repair fix renovate
hot heat warm
cold cool
dry drought
snow
deaths
early earlier before
late later after
soon shortly
now currently present today
recover recovery
treat treatment therapy care
patient patients
vaccine vaccination jab
trial
approve green-light clear endorse back
species animal
found discover discovery detect uncover
newspaper paper daily
spokesman spokeswoman spokesperson
statement communique
budget spending
"""

# Two sides a line; a sentence that says one of what says the other has turned it round.
_OPPOSITES = """
rise rose risen increase climb grow grew grown gain jump surge soar up higher upward expand raise \
raised | fall fell fallen decrease decline drop sink sank slip slide slid plunge down lower downward \
shrink shrank reduce cut tumble
approve accept endorse back adopt support favor favour welcome pass agree | reject refuse oppose \
veto block rebuff against disapprove dismiss
win won victory beat victorious | lose lost defeat loss
begin began begun start open commence | end finish close conclude stop cease halt
allow permit legalize legalise authorize authorise | ban bar prohibit outlaw forbid
buy bought purchase acquire | sell sold divest
import | export
guilty convict convicted | innocent acquit acquitted cleared
confirm admit acknowledge | deny denied
strengthen improve better deepen bolster | weaken worsen worse deteriorate undermine
more above over exceed | less fewer below under
before earlier | after later
largest biggest highest most maximum longest | smallest lowest least minimum shortest
north northern | south southern
east eastern | west western
hire recruit appoint | fire sack dismiss
join enter | leave left quit exit withdraw
arrive | depart
majority | minority
succeed success successful | fail failure unsuccessful
agree | disagree
tighten | loosen ease
lend | borrow
profit | loss
alive survive survived | dead died killed
left-wing | right-wing
optimistic | pessimistic
safe | dangerous unsafe
legal lawful | illegal unlawful
possible | impossible
likely | unlikely
include included | exclude excluded
first | last
early | late
hot warm | cold cool
public | private
offensive | defensive
bilateral | unilateral
temporary temporarily | permanent permanently
partial partially | complete completely full fully
cheaper | dearer costlier
faster quicker | slower
younger | older
upheld uphold | overturn overturned quash quashed
hawkish | dovish
surplus | deficit
release released free freed | detain detained arrest arrested
promote promoted | demote demoted
advance | retreat
attack | defend
"""

# What leaves a thing open; what only intends it; what claims it for certain.
_OPEN = """
may might could consider weigh mull contemplate ponder explore discuss study possible possibly \
perhaps maybe potential
potentially probably alleged allegedly suspected suspect reportedly apparent apparently appear seem \
suggest believe
think unclear uncertain hope whether hint rumor rumour rumoured speculate if unconfirmed option \
debate examine risk
chance possibility prospect thought feasible assess review doubt fear worry eye
"""
_INTENDED = """
plan intend intention aim propose proposal seek expect anticipate forecast likely set poised due \
scheduled want would
will shall going estimate project draft target goal ask urge call request demand offer should pledge \
promise vow
recommend recommendation try attempt predict preliminary bid prepare ready
"""
_CERTAIN = """
decide decision confirm proven guarantee ensure definite definitely certain certainly undoubtedly
inevitable inevitably conclusive conclusively finalize finalized finalise finalised formally
officially already ordered approve adopted
"""
_SOME = "some several many most few part partly partially half".split()
_ALL = "all every everyone everybody entire entirely whole fully completely always each".split()


def _groups(table: str) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(table.strip().splitlines()):
        for word in line.split():
            found.setdefault(key(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def _keys(text: str) -> frozenset[str]:
    return frozenset(key(word) for word in text.split())


_GROUPS = _groups(_SYNONYMS)
OPPOSITES = tuple(
    (_keys(one), _keys(other)) for one, other in (line.split("|") for line in _OPPOSITES.strip().splitlines())
)
OPEN, INTENDED, CERTAIN = _keys(_OPEN), _keys(_INTENDED), _keys(_CERTAIN)
SOME, ALL = _keys(" ".join(_SOME)), _keys(" ".join(_ALL))

_NO_GROUP: frozenset[int] = frozenset()
_PREFIX = 5


@lru_cache(maxsize=100_000)
def alike(a: str, b: str) -> bool:
    """Whether two keys count as the same: equal, in one group, or of one root ("decid", "decis")."""
    if a == b or not _GROUPS.get(a, _NO_GROUP).isdisjoint(_GROUPS.get(b, _NO_GROUP)):
        return True
    shorter, longer = sorted((a, b), key=len)
    root = max(4, min(_PREFIX + 1, len(shorter) - 1))
    return len(shorter) >= root and len(longer) - len(shorter) <= 4 and shorter[:root] == longer[:root]


def among(word: str, others: Collection[str]) -> bool:
    """Whether a key, or one that counts as the same, is among the others."""
    return word in others or any(alike(word, other) for other in others)
