"""The words that the checks know: alike, opposite, leaving open, certain; data and nothing else.

Compared by `rag.words.key`, so that inflections need no entry of their own unless they are irregular.
"""

# Groups that news uses for one another, parted by strokes; a word may be in several.
SYNONYMS = """
say tell state note add remark comment announce declare explain mention describe report stress emphasize
emphasise | agree agreement accord deal pact treaty consensus settle settlement compromise | decide decision
resolve choose chose chosen opt rule ruling determine | buy bought purchase acquire acquisition takeover
procure procurement | sell sold sale divest offload | kill died die dead death deaths fatal fatality
fatalities deadly lives toll perish | injure injury injuries hurt wound wounded casualty casualties harm
harmed | show reveal indicate demonstrate find found suggest findings | rise rose risen increase climb grow
grew grown growth gain jump surge soar up higher advance expand expansion | fall fell fallen decrease
decline drop sink sank slip slide slid plunge down lower shrink shrank reduce reduction cut | begin began
begun start commence launch open kick | end finish conclude complete close stop cease halt expire terminate
over | big large huge major substantial significant considerable sizeable | small little minor slight tiny
modest | important significant crucial key vital essential critical | plan intend intention aim propose
proposal scheme seek scheduled schedule due set | consider weigh mull explore examine study discuss
contemplate review think assess | want wish hope desire seek | expect anticipate forecast predict project
likely outlook estimate | help assist aid support assistance back backing | fight battle combat counter
struggle | attack strike raid assault hit | warn warning caution alert | ask request urge call appeal demand
seek | reject refuse decline turn rebuff dismiss deny denied | cancel scrap abandon drop axe call | build
built construct construction erect | make made produce manufacture production create | use employ utilize
utilise usage deploy | give gave given grant award provide hand supply deliver offer | get got receive
obtain gain secure win won | pay paid cost spend spent price worth payment | money fund funds funding
finance cash budget | job post position role work employment jobs | boss chief head leader director
executive ceo chair chairman chairwoman chairperson lead led | worker workers employee employees staff
personnel workforce labour labor | company firm business corporation enterprise maker manufacturer operator
group | police officer officers cop constable constabulary | army military forces troops soldiers defense
defence | arrest detain detention custody hold held jail prison imprison | court judge tribunal justice
bench | lawyer attorney counsel solicitor barrister | accuse charge allege allegation indict accusation |
trial case lawsuit suit litigation proceedings hearing | crime offence offense violation criminal | sentence
jail prison punish punishment term | guilty convict conviction | vote ballot decide poll election elect |
lawmaker legislator deputy parliamentarian mp | parliament legislature congress assembly chamber | law
legislation bill act statute | government administration cabinet authorities | minister secretary | talks
meeting meet met summit discussion conference dialogue negotiation negotiate session gathering gather |
visit trip travel tour journey | leave left depart departure quit resign resignation exit step | arrive
arrival reach come came | join enter accession member membership | lead led head run ran | show display
exhibit exhibition | house home housing dwelling residence flat apartment | resident residents inhabitant
people locals citizens | child children kid youngster minor | woman women female | man men male | doctor
physician medic | hospital clinic medical | illness disease sick sickness infection ill | drug medicine
medication | test trial tests experiment | scientist researcher academic study team research scholars | ship
vessel boat ferry | plane aircraft jet airplane airliner flight | train rail railway | road street highway
motorway route | bridge crossing span | fire blaze flames wildfire | flood flooding floods inundate | storm
hurricane typhoon cyclone | quake earthquake tremor | rain rainfall downpour | damage destroy destruction
wreck harm | rescue save saved evacuate evacuation | victim victims dead | cause reason because blame due
trigger lead led result owing | result outcome consequence | problem issue trouble difficulty fault | error
mistake fault wrong | change alter modify amend revise revision shift | keep maintain retain remain stay
continue | continue persist ongoing | improve better boost enhance strengthen reinforce bolster deepen |
weaken worsen worse deteriorate undermine | extend prolong extension lengthen | delay postpone push late
defer put | quick fast rapid swift speed | slow sluggish | new fresh latest recent | old former previous
past | first initial debut inaugural | near close nearby around vicinity | about around roughly
approximately some nearly almost | over more above exceed than beyond | under less below fewer | quarter
quarterly | year annual yearly annually | month monthly | week weekly | day daily | half midway | double
twice twofold | triple threefold | part share portion percentage proportion | total overall whole entire sum
altogether combined | number figure amount count quantity | record highest unprecedented | profit earnings
income net | revenue sales turnover | share stock shares equity | rate rates | bank lender | loan lending
credit borrow | debt liabilities owe | tax levy duty tariff | trade commerce | export exports shipment ship
overseas | goods products merchandise | power electricity energy | oil crude petroleum | water river | crop
harvest grain yield | farm farmer agriculture agricultural grower growers | school college university
classes pupil pupils student students | teacher teachers instructor | goal score scored | win won victory
beat defeat triumph | lose lost loss defeat | player athlete | team side squad club | title championship
trophy crown | film movie picture | book novel | song music | artist painter | museum gallery | prize award
honour honor | paint painting paintings | launch liftoff rocket | satellite spacecraft probe | threat danger
risk menace hazard | safe safety secure security protect protection | worry concern fear anxious alarm |
angry anger fury outrage | happy glad pleased delighted welcome | praise laud hail commend applaud welcome |
criticize criticise criticism condemn denounce slam blast | blame responsible fault | promise pledge vow
commit commitment | confirm verify acknowledge admit | reaffirm reiterate restate repeat confirm affirm |
prove proof evidence | claim assert allege contend maintain argue insist | believe think consider opinion
view | know knew known aware | learn learned learnt | see saw seen witness observe | hear heard | speak
spoke talk | write wrote written author | publish release issue publication | send sent dispatch | bring
brought | take took taken | move relocate relocation transfer shift | station base deploy deployment
position | cooperate cooperation collaborate collaboration partner partnership work joint jointly together |
joint jointly together both shared | ally allies alliance partner | country nation state | city town
municipality | region area zone territory district | island islands isle | border frontier | world global
worldwide | local municipal | allow permit let enable authorize authorise approve approval | ban bar
prohibit outlaw forbid block prevent | force compel oblige require must | need require necessary requirement
| possible may might could able can | stop prevent block avert avoid | remove withdraw pull take | include
contain comprise cover involve | separate divide split | explain account | answer reply respond response |
happen occur place | appear seem | face confront | miss absent absence skip | attend present presence
participate | empty vacant | cheap inexpensive affordable | expensive costly | rich wealthy | free release
liberate | spread transmit | switch replace swap substitute | choose pick select name appoint nominate
appointment | fire sack dismiss oust | hire recruit employ appoint | strike walkout stoppage industrial |
union unions | unanimous unanimously | deadline date | missile missiles rocket | weapon weapons arms
armaments | nuclear atomic | regiment unit troops marines brigade | online virtual virtually remotely |
coronavirus covid pandemic omicron virus | face-to-face person | document documents text paper memorandum
agreement | hours hour | time period duration | monument memorial | council councillors councillor | site
location place spot venue | collapse crumble fell | crash collision collide accident | suspect suspected
alleged | inquiry investigation probe investigate | effect impact influence affect | goal aim objective
target purpose | reason why | customer client consumer shopper | user users subscriber | website site online
internet | attack attacked hack breach cyberattack | data information | restore reopen resume | rebuild
reconstruct repair fix renovate | hot heat warm | cold cool | dry drought | early earlier before | late
later after | soon shortly | now currently present today | recover recovery | treat treatment therapy care |
patient patients | vaccine vaccination jab | approve green-light clear endorse back | found discover
discovery detect uncover | newspaper paper daily | spokesman spokeswoman spokesperson | statement communique
| budget spending | willing ready prepared open inclined disposed | reluctant hesitant unwilling | eager
keen enthusiastic | repeated repeatedly several times often frequently regularly again | sometimes
occasionally | rarely seldom hardly barely scarcely | always constantly continually permanently | early
earlier soon sooner ahead advance | later eventually finally subsequently afterwards | immediately instantly
directly promptly | suddenly abruptly unexpectedly | gradually slowly steadily | recently lately newly |
apparently seemingly evidently | clearly plainly obviously evidently | probably likely presumably | nearly
almost close virtually practically | exactly precisely | mainly mostly largely primarily chiefly | partly
partially | fully completely entirely totally wholly | well good fine properly | bad poor weak badly |
strong powerful robust solid firm | weak feeble fragile poor soft | severe serious grave heavy harsh acute |
mild slight light | difficult hard tough challenging | easy simple easily simply | surprise surprised
surprising astonish unexpected unexpectedly | shock shocked stunned | sad sorrow regret sorry regrettable |
disappoint disappointed disappointing frustrated | satisfied satisfy content happy | proud pride | upset
outraged furious angry | calm quiet peaceful | nervous uneasy anxious worried concerned | confident
optimistic hopeful assured | sceptical skeptical doubtful unconvinced doubt | convinced certain sure
persuaded | sympathy sympathise sympathize pity compassion | love like enjoy | hate dislike loathe | respect
honour accept | ignore disregard overlook neglect unheeded | notice spot observe detect see | understand
grasp realise realize | remember recall recollect | forget forgot forgotten | imagine picture | guess
suppose assume | depend rely reliant dependent hinge | decide settle determine resolve | verdict judgment
judgement ruling decision finding | jury juror jurors panel | foreman spokesman | plaintiff claimant
complainant | defendant accused suspect | attorney lawyer counsel represent represents | appeal challenge
contest | overturn quash annul reverse scrap throw threw thrown | uphold upheld affirm confirm | acquit
clear exonerate | plead plea | testify testimony witness evidence | sue suit lawsuit | fine penalty |
damages compensation | bribe bribery corruption corrupt | fraud deceive deception cheat swindle | theft
steal stole stolen rob robbery burglary loot | murder kill slay slain homicide manslaughter | shoot shot
shooting gun gunfire gunman | stab stabbed knife | explode explosion blast bomb detonate | terror terrorist
terrorism extremist militant | hostage captive kidnap abduct | smuggle traffic trafficking | rape assault
abuse | threaten threat menace | escape flee fled run ran | chase pursue pursuit | search seek hunt look |
find discover locate | lose lost missing unaccounted disappear vanish | hide hidden conceal cover secret |
reveal disclose expose uncover | lie false untrue untruth falsified fake | true truth genuine real authentic
correct | prove proof establish show demonstrate | confirm verify establish | measure gauge record | count
number tally total | weigh heavy weight | size large | length long | height high tall | depth deep below
beneath under underneath | width wide broad | wide widespread broad extensive | narrow thin slim slender
tight | near adjacent beside next | far distant remote | middle mid centre central heart | edge outskirts
border | top peak summit highest | bottom lowest base | front ahead | back behind rear | inside within
interior | outside beyond exterior | across throughout | together jointly combined | apart separate
separately | alone only sole solely single | single one sole | pair couple two both | dozen twelve | several
many numerous multiple various | few handful | lot many much plenty | majority most more | half fifty |
entire whole all complete | rest remainder remaining other left | remain stay continue still keep kept left
| leave left depart go went gone | go went gone travel head move | enter access admission entry | follow
pursue after | precede before | return come back | stop end quit cease | wait await | hurry rush | run
operate manage lead | own owner belong possess ownership | borrow loan lend | rent lease hire tenant | cost
price expense expensive worth fetch | pay paid fund finance | earn income wage salary pay wages earnings |
save saving savings deposit | invest investment investor | spend expenditure outlay | owe debt liability |
bankrupt bankruptcy insolvent insolvency collapse bust under | merge merger combine | dividend payout |
forecast outlook predict estimate guidance projection | outperform exceed beat surpass | miss short
shortfall fail | shortage lack scarce scarcity short shortfall | surplus excess | demand request call
require | order request command instruct | inflation prices | interest rate | currency money koruna |
homeowner homeowners owner | mortgage loan | economy economic economist | market exchange trading trade |
investor shareholder | bond debt | unemployed jobless unemployment | redundant layoff layoffs lay laid job
jobs | pension retirement retire retired former | consumer shopper customer buyer | shop store retailer
outlet supermarket | factory plant works mill | mine miner mining | fish fishing fishery | boss manager
chief head | staff crew personnel team member | crew team squad member | captain skipper leader | substitute
replacement reserve | goalkeeper keeper goalie | striker forward | referee umpire | penalty kick shoot-out
shootout spot | goal score equaliser equalizer header | draw tie level levelled equal | beat defeat win won
knock eliminate | final decider | semifinal semi-final | season year campaign | crowd spectators audience
fans attendance visitors | supporter fan | match game fixture tie | stadium ground arena | race run marathon
| runner athlete | fast fastest quickest | record best | injury injured hurt | opponent rival face against |
compete participate competition contest entry entries contender | champion winner holder title | medal
podium | league division table | transfer sign signing | injured sidelined | doping drug | coach train
trainer manager | train training practice | vote voter ballot | candidate contender nominee | elected won |
recount count | turnout participation | coalition alliance government | party faction | leader premier chief
| premier minister | resign quit step down | concede admit acknowledge | oppose opposition against | support
back favour favor endorse | referendum plebiscite vote | reform overhaul change | bill draft | amend
amendment change | veto block | debate discuss | speech address | statement declaration | ratify approve
approval | sanction sanctions penalty | embassy ambassador envoy diplomat consul | refugee migrant asylum
migration immigration | war conflict fighting combat battle | ceasefire truce armistice | peace peaceful |
invade invasion | retreat withdraw pull | surrender yield | troop soldier | general commander | navy fleet
naval | drone unmanned | spy espionage | epicentre epicenter centred centered | collapse give gave way fall
burst fail | burst break broke broken | ruin ruins rubble debris wreckage | flood water | mud mudslide
landslide | dam reservoir | fire burn blaze | rescue save pull pulled | survive survivor alive | evacuate
move leave flee | shelter refuge | emergency urgent crisis | aid relief help assistance | body corpse |
funeral bury burial | mourn grief | injured hurt wounded | hospital clinic ward | surgery operation operate
| nurse medic | symptom sign | fever temperature | infect infection contract positive | epidemic outbreak
pandemic | dose shot jab injection | booster dose | trial study test | effective efficacy work protect |
protect protection shield guard | prevent stop avert avoid cut | cure heal treat | side effect effects |
pregnant pregnancy | baby infant newborn child | birth born | old elderly aged age | young youth youngster
juvenile | teenager teen adolescent | adult grown | parent mother father | family relatives household home |
relative aunt uncle cousin | brother sister sibling | wife husband spouse married couple | divorce separate
| friend companion | neighbour neighbor | colleague counterpart co-worker | stranger unknown | name call
title known | anonymous unnamed unidentified | identify name recognise recognize | describe call portray
depict | call dub label term describe | compare comparison against versus | differ different difference
unlike disagree | same equal identical | similar alike | change vary | new novel first | ancient old |
modern contemporary | common usual normal ordinary typical | rare unusual uncommon exceptional | unique only
| strange odd | important major | main chief principal key primary | necessary essential need required |
possible feasible | certain definite | free cost charge | charge fee price cost | ticket admission entry |
fee payment charge | free empty available | busy occupied | available ready obtainable reach reached | open
begin start reopen launch | close shut closure | lock locked | design plan architect | repair fix mend |
restore renovate refurbish restoration renovation | clean cleaned | dirty polluted pollution contaminate |
waste rubbish garbage trash | recycle reuse | climate weather | emission emissions carbon greenhouse | ice
frozen icy freeze | wind gust gale | snow blizzard | forest wood woodland | tree trees | plant grow | animal
beast creature species | wolf wolves | cub cubs young offspring | breed breeding raise reproduce | hunt
shoot | dog dogs | lead leash | sheep livestock flock cattle | fence fencing | park reserve | sea ocean
marine | lake water | coast shore coastal | mountain hill peak | village town settlement hamlet | district
area quarter neighbourhood neighborhood | building structure premises | floor storey story level | room hall
| door gate | hotel inn | school classroom class | exam test | teach teacher lesson | university college
campus | degree diploma | research study science | professor academic | laboratory lab | theory hypothesis |
evidence proof sign signs | paper study article journal | reviewer review reviewed | result finding | data
figures numbers statistics | average mean typical | estimate reckon guess | planet moon | probe spacecraft
craft | orbit circle | lander landing land | instrument device tool equipment | device gadget | computer
machine | software program code | hacker hack cyberattack | ransom ransomware | internet online web |
website site page | e-mail email mail message letter | message note | phone telephone call mobile | photo
photograph picture image camera | video footage film | film movie documentary drama | actor actress star |
director filmmaker | screenplay script | dialogue speech wordless spoken talk | premiere debut opening
release first | festival event | theatre theater stage play | concert show gig performance | band group |
singer vocalist | album record | author writer | poet poem poetry | painting picture work portrait canvas |
sculpture statue | auction sale bid bidder bidding sell | auctioneer seller | collector buyer | copy fake
replica | attic loft | prize award trophy | jury judges | critic reviewer | audience viewers | viewer
audience | newspaper press paper media | journalist reporter correspondent | broadcast air television tv |
advertise advertisement advertising ad ads | sponsor sponsorship | protester protest demonstrator
demonstrate demonstration rally march | activist campaigner | campaign drive | riot unrest violence | prison
jail bars prisoner inmate | guard warden | execute execution | law rule regulation rules | illegal unlawful
| legal lawful | right rights | duty obligation | bind binding bound obligatory mandatory | request ask
apply application seek sought | apply applicant application | offer proposal bid | comment statement remark
| question ask query | criticism criticise attack accusation | accuse blame | defend justify | apologise
apologize apology sorry | threat warn | advise recommend suggest counsel advice recommendation | urge call
press | press push urge demand | insist maintain demand stress | emphasise stress underline highlight | hint
suggest | propose suggest | invite invitation | welcome greet | thank grateful thanks | congratulate
congratulation wish | mock ridicule | complain complaint object | object objection oppose | agree consent |
disagree dissent differ | negotiate bargain talks | mediate mediator arbitrator | persuade convince | force
make push compel | pressure press | encourage urge | discourage deter | try attempt seek effort | manage
succeed able | fail unable | succeed success | prepare preparation | organise organize organiser organizer
arrange | host hold stage | hold held stage | cancel call off | interrupt suspend disrupt halt pause |
resume restart | extend extension renew | expand enlarge grow | shrink smaller | double twice two | triple
three | halve half | add extra additional plus | remove delete strip | exchange swap | mix blend combine |
divide split divided | join unite | separate part | connect link connection | link tie connected related
associated | block obstruct | pass approve | reach arrive hit | pull drag | throw toss | carry bear
transport | transport carry haul ship | load cargo freight | drive driver motorist | fly flight flew | sail
boat yacht | walk walker hike hiker pedestrian | swim swimmer | climb climber | jump leap | sink sank sunk |
pilot captain | passenger traveller traveler | tourist visitor traveller | tourism travel holiday | holiday
vacation | hotel accommodation | restaurant cafe | food meal eat ate | drink beverage | wine beer alcohol |
smoke tobacco cigarette | gas petrol fuel gasoline | electricity power grid | solar wind renewable | coal
mine | nuclear reactor | water supply | steel metal iron | chip semiconductor | car automobile carmaker
automaker vehicle | truck lorry van | bus coach | bicycle bike cyclist | airline carrier | port harbour
harbor | queue line | traffic congestion jam | licence license permit | customs duty tariff | subsidy grant
support | benefit welfare | insurance insurer insure | poverty poor | wealth rich | inequality gap | gap
difference lead margin | margin lead edge | lead ahead | behind trail | pace speed | steady stable unchanged
constant flat | unchanged same kept keep untouched | little hardly slightly | slightly marginally little |
sharply steeply strongly significantly | steep sharp | sharp strong | moderate modest | ease slow soften |
soften weaken | tighten strict | strict tough rigid | loose relaxed | fair just | unfair unjust | secret
confidential | public open | private personal | personal own | official formal | temporary interim
provisional acting | permanent lasting | last final latest | long lengthy extended | short brief shortly |
daily everyday | night overnight evening | morning dawn | midday noon | autumn fall | century hundred |
decade ten | year twelve | fortnight weeks | week seven | formerly previously once earlier ex former |
nowadays today | ago earlier before | during throughout | originally initially first | beginning start
outset | mind opinion view decide decision | view opinion eyes | opinion view belief believe | belief faith
| religion religious church faith | priest cleric bishop | pray prayer | tradition traditional custom |
culture cultural | language tongue | word term | story tale tell tells account | history historic | event
incident occurrence | incident accident event | defect fault flaw problem | brake brakes | unsafe dangerous
hazardous | dangerous risky | harmless safe | toxic poisonous poison | inspect inspection check examine
examined | check verify | test examine | monitor watch observe track | watch view see | reading read | sign
signal indication | part piece | section part | bit little | kind type sort | way means method | method way
technique | need want | lack without | without lacking | miss lack | value worth | worst poorest | chair
chairman president | president head | founder found | enemy foe rival | rival competitor | race run compete
| vote approve back | member belong | demand want wanted | survive preserve | visitor people come guest |
include among | unchanged stay remain | rise raise raised increase lift hike | pose present | look examine
investigate inquire | fight fought engage | well far | follow release publish | deepen grow grew grown
intensify worsen mount heighten | decade decades years | abroad overseas foreign country | memo memorandum |
aboard board | pertinent relevant related | rigorous thorough strict stringent | slated scheduled planned
due | prone likely | ensure guarantee assure | run ram crash collide | bedrock cornerstone foundation pillar
backbone | capacity ability capability | spotlight focus | upgrade update modernize modernise | archipelago
islands chain | dawn daybreak sunrise | spread proliferation | suspend cancel | inspector investigator |
retract withdraw | deploy send sent dispatch | overflow burst | tour visit walk | recuperate recover |
refund reimburse repay | succeed replace | pursue seek | original initial | r&d research | power electricity
| hope expect | put place | include part | coming next upcoming following | earn take took home pocket |
expected probably likely
"""

# Pairs of sides; a sentence that says one of what says the other has turned it round.
OPPOSITES = """
best | worst ; rise rose risen increase climb grow grew grown gain jump surge soar up higher upward expand
raise raised strengthen strengthened | fall fell fallen decrease decline drop sink sank slip slide slid
plunge down lower downward shrink shrank reduce cut tumble lose lost slow slowed ; approve approval accept
acceptance endorse back adopt support supporter favor favour welcome pass agree | reject refuse oppose veto
block rebuff against throw discard disapprove dismiss opposition rejection refusal opponent ; win won
victory beat victorious | lose lost loss ; begin began begun start open commence | end finish close conclude
stop cease halt ; allow allowed permit legalize legalise authorize authorise | ban bar prohibit outlaw
forbid ; buy bought purchase acquire | sell sold divest ; import | export ; guilty convict convicted |
innocent acquit acquitted cleared ; confirm admit acknowledge | deny denied ; strengthen improve better
deepen bolster | weaken worsen worse deteriorate undermine ; more above over exceed exceeded | less fewer
below under ; before earlier | after later ; largest biggest highest most maximum longest | smallest lowest
least minimum shortest ; north northern | south southern ; east eastern | west western ; hire recruit
appoint | fire sack dismiss ; join enter attend participate return | leave left quit exit withdraw ; arrive |
depart ; praise laud hail commend applaud | criticize criticise condemn denounce slam ; always constantly |
never rarely ; pass | fail ; predecessor | successor ; encourage | discourage ; ease eased easing |
intensify escalate heighten mount deepen increase ; buyer | seller ; employer | employee ; passenger | crew
; domestic | foreign ; majority | minority ; succeed success successful | fail failure unsuccessful ; agree
| disagree ; tighten | loosen ease ; lend | borrow ; profit | loss ; alive survive survived | dead died
killed ; left-wing | right-wing ; optimistic | pessimistic ; safe | dangerous unsafe ; legal lawful |
illegal unlawful ; possible | impossible ; likely | unlikely ; include included | exclude excluded ; first |
last ; early | late ; hot warm | cold cool ; public | private ; offensive | defensive ; bilateral |
unilateral trilateral multilateral ; temporary temporarily | permanent permanently ; partial partially |
complete completely full fully ; cheaper | dearer costlier ; faster quicker | slower ; younger | older ;
upheld uphold | overturn overturned quash quashed ; hawkish | dovish ; surplus | deficit ; release released
free freed | detain detained arrest arrested ; promote promoted | demote demoted ; advance | retreat ;
attack | defend ; unanimous unanimously | divided split dissent dissented disagree disagreed ; genuine real
authentic | copy fake replica forged forgery counterfeit
"""

# What leaves a thing open; what only intends it; what claims it for certain; how many are meant.
OPEN = """
may might could consider weigh mull contemplate ponder explore discuss study possible possibly perhaps maybe
potential potentially probably alleged allegedly suspected suspect reportedly apparent apparently appear
seem suggest believe think unclear uncertain hope whether hint rumor rumour rumoured speculate if
unconfirmed option debate examine risk chance possibility prospect thought feasible assess review doubt fear
worry eye
"""
INTENDED = """
plan intend intention aim propose proposal seek expect anticipate forecast likely set poised due scheduled
want favour favor would will shall going estimate project draft target goal ask urge call request demand
offer should pledge promise vow recommend recommendation try attempt predict preliminary bid prepare ready
"""
CERTAIN = """
decide confirm proven guarantee ensure definite definitely certain certainly undoubtedly inevitable
inevitably conclusive conclusively finalize finalized finalise finalised formally officially already ordered
approve adopted
"""
SOME = "some several many most few part partly partially half"
ALL = "all every everyone everybody entire entirely whole fully completely always each"
