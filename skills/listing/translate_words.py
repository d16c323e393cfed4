# ruff: noqa: E501
"""The words of home textiles in seven languages, as the glossary engine reads them; phrases are in translate_phrases.

Written for this project by its authors; no dictionary was copied. `|` parts en, de, fr, es, it, ja, zh; `/` parts
forms. Nouns: singular:gender/plural (a plural of another gender says so), in Japanese and Chinese noun:counter.
Adjectives: German stem (nominative endings er, e, es, e are added), French, Spanish and Italian m/f/m plural/f plural;
`^` stands before its noun, `!` never changes, `>` never changes and stands last. Materials: as a share is stated/as
part of a name. Places: alone/one of several.
"""

from __future__ import annotations

LANGUAGES = ("en", "de", "fr", "es", "it", "ja", "zh")

NOUNS = """
towel/towels|Handtuch:n/Handtücher|serviette:f/serviettes|toalla:f/toallas|asciugamano:m/asciugamani|タオル:枚|毛巾:条
hand towel/hand towels|Handtuch:n/Handtücher|essuie-mains:m/essuie-mains|toalla de manos:f/toallas de manos|asciugamano per le mani:m/asciugamani per le mani|ハンドタオル:枚|擦手巾:条
guest towel/guest towels|Gästetuch:n/Gästetücher|serviette invité:f/serviettes invité|toalla de invitados:f/toallas de invitados|asciugamano ospite:m/asciugamani ospite|ゲストタオル:枚|客用毛巾:条
bath towel/bath towels|Duschtuch:n/Duschtücher|serviette de bain:f/serviettes de bain|toalla de baño:f/toallas de baño|asciugamano da bagno:m/asciugamani da bagno|バスタオル:枚|浴巾:条
bath sheet/bath sheets|Badetuch:n/Badetücher|drap de bain:m/draps de bain|sábana de baño:f/sábanas de baño|telo da bagno:m/teli da bagno|バスシート:枚|加大浴巾:条
face towel/face towels|Gesichtstuch:n/Gesichtstücher|serviette de visage:f/serviettes de visage|toalla facial:f/toallas faciales|asciugamano viso:m/asciugamani viso|フェイスタオル:枚|面巾:条
washcloth/washcloths|Waschlappen:m/Waschlappen|carré visage:m/carrés visage|toallita facial:f/toallitas faciales|lavetta:f/lavette|ウォッシュタオル:枚|方巾:条
wash cloth/wash cloths|Waschlappen:m/Waschlappen|carré visage:m/carrés visage|toallita facial:f/toallitas faciales|lavetta:f/lavette|ウォッシュタオル:枚|方巾:条
face cloth/face cloths|Waschlappen:m/Waschlappen|carré visage:m/carrés visage|toallita facial:f/toallitas faciales|lavetta:f/lavette|フェイスクロス:枚|洁面巾:条
gym towel/gym towels|Sporthandtuch:n/Sporthandtücher|serviette de sport:f/serviettes de sport|toalla de gimnasio:f/toallas de gimnasio|asciugamano da palestra:m/asciugamani da palestra|スポーツタオル:枚|运动毛巾:条
beach towel/beach towels|Strandtuch:n/Strandtücher|serviette de plage:f/serviettes de plage|toalla de playa:f/toallas de playa|telo mare:m/teli mare|ビーチタオル:枚|沙滩巾:条
pool towel/pool towels|Schwimmbadtuch:n/Schwimmbadtücher|serviette de piscine:f/serviettes de piscine|toalla de piscina:f/toallas de piscina|telo da piscina:m/teli da piscina|プールタオル:枚|泳池巾:条
spa towel/spa towels|Saunatuch:n/Saunatücher|serviette de spa:f/serviettes de spa|toalla de spa:f/toallas de spa|telo da spa:m/teli da spa|スパタオル:枚|水疗毛巾:条
hair towel/hair towels|Haartuch:n/Haartücher|serviette à cheveux:f/serviettes à cheveux|toalla para el pelo:f/toallas para el pelo|asciugamano per capelli:m/asciugamani per capelli|ヘアタオル:枚|干发巾:条
hooded towel/hooded towels|Kapuzenhandtuch:n/Kapuzenhandtücher|serviette à capuche:f/serviettes à capuche|toalla con capucha:f/toallas con capucha|asciugamano con cappuccio:m/asciugamani con cappuccio|フード付きタオル:枚|连帽浴巾:条
baby towel/baby towels|Babyhandtuch:n/Babyhandtücher|serviette bébé:f/serviettes bébé|toalla de bebé:f/toallas de bebé|asciugamano per neonato:m/asciugamani per neonato|ベビータオル:枚|婴儿毛巾:条
hooded baby towel/hooded baby towels|Baby-Kapuzenhandtuch:n/Baby-Kapuzenhandtücher|cape de bain bébé:f/capes de bain bébé|capa de baño de bebé:f/capas de baño de bebé|accappatoio a triangolo per neonato:m/accappatoi a triangolo per neonato|フード付きベビータオル:枚|婴儿连帽浴巾:条
baby blanket/baby blankets|Babydecke:f/Babydecken|couverture bébé:f/couvertures bébé|manta de bebé:f/mantas de bebé|copertina per neonato:f/copertine per neonato|ベビーブランケット:枚|婴儿毯:条
baby bib/baby bibs|Lätzchen:n/Lätzchen|bavoir:m/bavoirs|babero:m/baberos|bavaglino:m/bavaglini|ベビースタイ:枚|婴儿围嘴:条
bathrobe/bathrobes|Bademantel:m/Bademäntel|peignoir:m/peignoirs|albornoz:m/albornoces|accappatoio:m/accappatoi|バスローブ:着|浴袍:件
bath mat/bath mats|Badematte:f/Badematten|tapis de bain:m/tapis de bain|alfombra de baño:f/alfombras de baño|tappetino da bagno:m/tappetini da bagno|バスマット:枚|浴室地垫:块
towel set/towel sets|Handtuch-Set:n/Handtuch-Sets|parure de bain:f/parures de bain|juego de toallas:m/juegos de toallas|set di asciugamani:m/set di asciugamani|タオルセット:組|毛巾套装:套
spa set/spa sets|Wellness-Set:n/Wellness-Sets|ensemble bien-être:m/ensembles bien-être|set de spa:m/sets de spa|set spa:m/set spa|スパセット:組|水疗套装:套
kitchen towel/kitchen towels|Küchentuch:n/Küchentücher|torchon de cuisine:m/torchons de cuisine|paño de cocina:m/paños de cocina|strofinaccio da cucina:m/strofinacci da cucina|キッチンタオル:枚|厨房毛巾:条
tea towel/tea towels|Geschirrtuch:n/Geschirrtücher|torchon:m/torchons|paño de cocina:m/paños de cocina|canovaccio:m/canovacci|ティータオル:枚|茶巾:条
dish towel/dish towels|Geschirrtuch:n/Geschirrtücher|torchon à vaisselle:m/torchons à vaisselle|paño para platos:m/paños para platos|asciugapiatti:m/asciugapiatti|ディッシュタオル:枚|擦碗巾:条
flour sack towel/flour sack towels|Mehlsacktuch:n/Mehlsacktücher|torchon en toile de sac à farine:m/torchons en toile de sac à farine|paño de saco de harina:m/paños de saco de harina|canovaccio in tela da sacco di farina:m/canovacci in tela da sacco di farina|フラワーサックタオル:枚|面粉袋布巾:条
bar towel/bar towels|Bar-Handtuch:n/Bar-Handtücher|torchon de bar:m/torchons de bar|paño de bar:m/paños de bar|panno da bar:m/panni da bar|バータオル:枚|吧台毛巾:条
bar mop/bar mops|Bar-Handtuch:n/Bar-Handtücher|torchon de bar:m/torchons de bar|paño de bar:m/paños de bar|panno da bar:m/panni da bar|バーモップタオル:枚|吧台抹布:条
kitchen cloth/kitchen cloths|Küchentuch:n/Küchentücher|chiffon de cuisine:m/chiffons de cuisine|paño de cocina:m/paños de cocina|panno da cucina:m/panni da cucina|キッチンクロス:枚|厨房抹布:块
dishcloth/dishcloths|Spültuch:n/Spültücher|lavette:f/lavettes|bayeta:f/bayetas|panno per piatti:m/panni per piatti|ふきん:枚|洗碗布:块
dish cloth/dish cloths|Spültuch:n/Spültücher|lavette:f/lavettes|bayeta:f/bayetas|panno per piatti:m/panni per piatti|ふきん:枚|洗碗布:块
cleaning cloth/cleaning cloths|Putztuch:n/Putztücher|chiffon de nettoyage:m/chiffons de nettoyage|paño de limpieza:m/paños de limpieza|panno per pulizie:m/panni per pulizie|クリーニングクロス:枚|清洁布:块
polishing cloth/polishing cloths|Poliertuch:n/Poliertücher|chiffon à lustrer:m/chiffons à lustrer|paño para pulir:m/paños para pulir|panno per lucidare:m/panni per lucidare|磨きクロス:枚|擦拭布:块
napkin/napkins|Serviette:f/Servietten|serviette de table:f/serviettes de table|servilleta:f/servilletas|tovagliolo:m/tovaglioli|ナプキン:枚|餐巾:条
tablecloth/tablecloths|Tischdecke:f/Tischdecken|nappe:f/nappes|mantel:m/manteles|tovaglia:f/tovaglie|テーブルクロス:枚|桌布:块
table runner/table runners|Tischläufer:m/Tischläufer|chemin de table:m/chemins de table|camino de mesa:m/caminos de mesa|runner da tavola:m/runner da tavola|テーブルランナー:枚|桌旗:条
placemat/placemats|Platzset:n/Platzsets|set de table:m/sets de table|mantel individual:m/manteles individuales|tovaglietta americana:f/tovagliette americane|ランチョンマット:枚|餐垫:张
coaster/coasters|Untersetzer:m/Untersetzer|dessous de verre:m/dessous de verre|posavasos:m/posavasos|sottobicchiere:m/sottobicchieri|コースター:枚|杯垫:个
picnic mat/picnic mats|Picknickdecke:f/Picknickdecken|couverture de pique-nique:f/couvertures de pique-nique|manta de picnic:f/mantas de picnic|coperta da picnic:f/coperte da picnic|ピクニックマット:枚|野餐垫:张
picnic blanket/picnic blankets|Picknickdecke:f/Picknickdecken|couverture de pique-nique:f/couvertures de pique-nique|manta de picnic:f/mantas de picnic|coperta da picnic:f/coperte da picnic|ピクニックブランケット:枚|野餐毯:张
beach blanket/beach blankets|Stranddecke:f/Stranddecken|couverture de plage:f/couvertures de plage|manta de playa:f/mantas de playa|coperta da spiaggia:f/coperte da spiaggia|ビーチマット:枚|沙滩垫:张
play mat/play mats|Spielmatte:f/Spielmatten|tapis de jeu:m/tapis de jeu|alfombra de juegos:f/alfombras de juegos|tappeto da gioco:m/tappeti da gioco|プレイマット:枚|游戏垫:张
apron/aprons|Schürze:f/Schürzen|tablier:m/tabliers|delantal:m/delantales|grembiule:m/grembiuli|エプロン:枚|围裙:条
bib apron/bib aprons|Latzschürze:f/Latzschürzen|tablier à bavette:m/tabliers à bavette|delantal con peto:m/delantales con peto|grembiule con pettorina:m/grembiuli con pettorina|胸当てエプロン:枚|挂脖围裙:条
chef apron/chef aprons|Kochschürze:f/Kochschürzen|tablier de chef:m/tabliers de chef|delantal de chef:m/delantales de chef|grembiule da chef:m/grembiuli da chef|シェフエプロン:枚|厨师围裙:条
waist apron/waist aprons|Halbschürze:f/Halbschürzen|tablier de taille:m/tabliers de taille|delantal de cintura:m/delantales de cintura|grembiule a vita:m/grembiuli a vita|腰エプロン:枚|半身围裙:条
cross back apron/cross back aprons|Cross-Back-Schürze:f/Cross-Back-Schürzen|tablier à dos croisé:m/tabliers à dos croisé|delantal de espalda cruzada:m/delantales de espalda cruzada|grembiule con schiena incrociata:m/grembiuli con schiena incrociata|クロスバックエプロン:枚|交叉背带围裙:条
oven mitt/oven mitts|Ofenhandschuh:m/Ofenhandschuhe|gant de four:m/gants de four|guante de horno:m/guantes de horno|guanto da forno:m/guanti da forno|オーブンミトン:個|隔热手套:只
oven glove/oven gloves|Ofenhandschuh:m/Ofenhandschuhe|gant de four:m/gants de four|guante de horno:m/guantes de horno|guanto da forno:m/guanti da forno|オーブングローブ:個|烤箱手套:只
double oven mitt/double oven mitts|Doppelofenhandschuh:m/Doppelofenhandschuhe|gant de four double:m/gants de four doubles|guante de horno doble:m/guantes de horno dobles|guanto da forno doppio:m/guanti da forno doppi|ダブルオーブンミトン:個|连体隔热手套:副
double oven glove/double oven gloves|Doppelofenhandschuh:m/Doppelofenhandschuhe|gant de four double:m/gants de four doubles|guante de horno doble:m/guantes de horno dobles|guanto da forno doppio:m/guanti da forno doppi|ダブルオーブングローブ:個|连体烤箱手套:副
pot holder/pot holders|Topflappen:m/Topflappen|manique:f/maniques|agarrador:m/agarradores|presina:f/presine|鍋つかみ:枚|隔热垫:块
pillow/pillows|Kissen:n/Kissen|oreiller:m/oreillers|almohada:f/almohadas|cuscino:m/cuscini|枕:個|枕头:个
pillowcase/pillowcases|Kissenbezug:m/Kissenbezüge|taie d'oreiller:f/taies d'oreiller|funda de almohada:f/fundas de almohada|federa:f/federe|枕カバー:枚|枕套:个
cushion cover/cushion covers|Kissenhülle:f/Kissenhüllen|housse de coussin:f/housses de coussin|funda de cojín:f/fundas de cojín|fodera per cuscino:f/fodere per cuscino|クッションカバー:枚|靠垫套:个
flat sheet/flat sheets|Bettlaken:n/Bettlaken|drap plat:m/draps plats|sábana encimera:f/sábanas encimeras|lenzuolo piano:m/lenzuola piane:f|フラットシーツ:枚|床单:条
fitted sheet/fitted sheets|Spannbettlaken:n/Spannbettlaken|drap-housse:m/draps-housses|sábana bajera:f/sábanas bajeras|lenzuolo con angoli:m/lenzuola con angoli:f|ボックスシーツ:枚|床笠:件
duvet cover/duvet covers|Bettbezug:m/Bettbezüge|housse de couette:f/housses de couette|funda nórdica:f/fundas nórdicas|copripiumino:m/copripiumini|掛け布団カバー:枚|被套:件
bedspread/bedspreads|Tagesdecke:f/Tagesdecken|couvre-lit:m/couvre-lits|colcha:f/colchas|copriletto:m/copriletti|ベッドスプレッド:枚|床盖:件
blanket/blankets|Decke:f/Decken|couverture:f/couvertures|manta:f/mantas|coperta:f/coperte|ブランケット:枚|毯子:条
throw/throws|Plaid:n/Plaids|plaid:m/plaids|manta de sofá:f/mantas de sofá|plaid:m/plaid|スロー:枚|盖毯:条
curtain/curtains|Vorhang:m/Vorhänge|rideau:m/rideaux|cortina:f/cortinas|tenda:f/tende|カーテン:枚|窗帘:片
"""

ADJECTIVES = """
soft|weich|doux/douce/doux/douces|suave/suave/suaves/suaves|morbido/morbida/morbidi/morbide|柔らかな|柔软
extra soft|besonders weich|très doux/très douce/très doux/très douces|muy suave/muy suave/muy suaves/muy suaves|extra morbido/extra morbida/extra morbidi/extra morbide|とても柔らかな|超柔软
absorbent|saugfähig|absorbant/absorbante/absorbants/absorbantes|absorbente/absorbente/absorbentes/absorbentes|assorbente/assorbente/assorbenti/assorbenti|吸水性の高い|吸水
thick|dick|épais/épaisse/épais/épaisses|grueso/gruesa/gruesos/gruesas|spesso/spessa/spessi/spesse|厚手の|加厚
light|leicht|léger/légère/légers/légères|ligero/ligera/ligeros/ligeras|leggero/leggera/leggeri/leggere|軽い|轻薄
lightweight|leicht|léger/légère/légers/légères|ligero/ligera/ligeros/ligeras|leggero/leggera/leggeri/leggere|軽い|轻薄
large|groß|^grand/grande/grands/grandes|grande/grande/grandes/grandes|grande/grande/grandi/grandi|大判の|大号
extra large|extragroß|extra-large!|extragrande/extragrande/extragrandes/extragrandes|extra large!|特大の|加大
small|klein|^petit/petite/petits/petites|pequeño/pequeña/pequeños/pequeñas|piccolo/piccola/piccoli/piccole|小さめの|小号
long|lang|^long/longue/longs/longues|largo/larga/largos/largas|lungo/lunga/lunghi/lunghe|長い|加长
round|rund|rond/ronde/ronds/rondes|redondo/redonda/redondos/redondas|rotondo/rotonda/rotondi/rotonde|丸い|圆形
square|quadratisch|carré/carrée/carrés/carrées|cuadrado/cuadrada/cuadrados/cuadradas|quadrato/quadrata/quadrati/quadrate|正方形の|方形
rectangular|rechteckig|rectangulaire/rectangulaire/rectangulaires/rectangulaires|rectangular/rectangular/rectangulares/rectangulares|rettangolare/rettangolare/rettangolari/rettangolari|長方形の|长方形
woven|gewebt|tissé/tissée/tissés/tissées|tejido/tejida/tejidos/tejidas|tessuto/tessuta/tessuti/tessute|織り生地の|编织
knitted|gestrickt|tricoté/tricotée/tricotés/tricotées|>de punto|>a maglia|ニットの|针织
quilted|gesteppt|matelassé/matelassée/matelassés/matelassées|acolchado/acolchada/acolchados/acolchadas|trapuntato/trapuntata/trapuntati/trapuntate|キルティングの|绗缝
padded|gepolstert|rembourré/rembourrée/rembourrés/rembourrées|acolchado/acolchada/acolchados/acolchadas|imbottito/imbottita/imbottiti/imbottite|中綿入り|加厚夹棉
reusable|wiederverwendbar|réutilisable/réutilisable/réutilisables/réutilisables|reutilizable/reutilizable/reutilizables/reutilizables|riutilizzabile/riutilizzabile/riutilizzabili/riutilizzabili|繰り返し使える|可重复使用的
washable|waschbar|lavable/lavable/lavables/lavables|lavable/lavable/lavables/lavables|lavabile/lavabile/lavabili/lavabili|洗える|可水洗
foldable|faltbar|pliable/pliable/pliables/pliables|plegable/plegable/plegables/plegables|pieghevole/pieghevole/pieghevoli/pieghevoli|折りたたみ|可折叠
adjustable|verstellbar|réglable/réglable/réglables/réglables|ajustable/ajustable/ajustables/ajustables|regolabile/regolabile/regolabili/regolabili|調節できる|可调节
sturdy|robust|résistant/résistante/résistants/résistantes|resistente/resistente/resistentes/resistentes|resistente/resistente/resistenti/resistenti|丈夫な|耐用
durable|strapazierfähig|durable/durable/durables/durables|duradero/duradera/duraderos/duraderas|resistente/resistente/resistenti/resistenti|耐久性のある|耐用
heat resistant|hitzebeständig|résistant à la chaleur/résistante à la chaleur/résistants à la chaleur/résistantes à la chaleur|resistente al calor/resistente al calor/resistentes al calor/resistentes al calor|resistente al calore/resistente al calore/resistenti al calore/resistenti al calore|耐熱|耐热
water repellent|wasserabweisend|déperlant/déperlante/déperlants/déperlantes|repelente al agua/repelente al agua/repelentes al agua/repelentes al agua|idrorepellente/idrorepellente/idrorepellenti/idrorepellenti|撥水|防泼水
stain resistant|fleckabweisend|>antitaches|>antimanchas|>antimacchia|汚れにくい|防污
non slip|rutschfest|antidérapant/antidérapante/antidérapants/antidérapantes|antideslizante/antideslizante/antideslizantes/antideslizantes|>antiscivolo|滑り止め付きの|防滑
quick drying|schnelltrocknend|>à séchage rapide|>de secado rápido|>ad asciugatura rapida|速乾|速干
lint free|fusselfrei|>sans peluches|>sin pelusas|>senza pelucchi|毛羽の出にくい|不掉毛
pre washed|vorgewaschen|prélavé/prélavée/prélavés/prélavées|prelavado/prelavada/prelavados/prelavadas|prelavato/prelavata/prelavati/prelavate|洗い加工の|预洗
luxury|luxuriös|luxueux/luxueuse/luxueux/luxueuses|lujoso/lujosa/lujosos/lujosas|lussuoso/lussuosa/lussuosi/lussuose|高級感のある|奢华
cross back|>mit gekreuzten Trägern|>à dos croisé|>de espalda cruzada|>con schiena incrociata|クロスバックの|交叉背带
waffle|>mit Waffelstruktur|>nid d'abeille|>de nido de abeja|>a nido d'ape|ワッフル織りの|华夫格
waffle weave|>mit Waffelstruktur|>nid d'abeille|>de nido de abeja|>a nido d'ape|ワッフル織りの|华夫格
printed|bedruckt|imprimé/imprimée/imprimés/imprimées|estampado/estampada/estampados/estampadas|stampato/stampata/stampati/stampate|プリント柄の|印花
plain|unifarben|uni/unie/unis/unies|liso/lisa/lisos/lisas|>in tinta unita|無地の|素色
striped|gestreift|>à rayures|>a rayas|>a righe|ストライプ柄の|条纹
checked|kariert|>à carreaux|>a cuadros|>a quadretti|チェック柄の|格子
plaid|kariert|>à carreaux|>a cuadros|>scozzese|タータンチェックの|格纹
blue and white|blau-weiß|bleu et blanc!|azul y blanco/azul y blanca/azules y blancos/azules y blancas|blu e bianco/blu e bianca/blu e bianchi/blu e bianche|青と白の|蓝白
white and blue|weiß-blau|blanc et bleu!|blanco y azul/blanca y azul/blancos y azules/blancas y azules|bianco e blu/bianca e blu/bianchi e blu/bianche e blu|白と青の|白蓝
black and white|schwarz-weiß|noir et blanc!|negro y blanco/negra y blanca/negros y blancos/negras y blancas|bianco e nero/bianca e nera/bianchi e neri/bianche e nere|白黒の|黑白
red and white|rot-weiß|rouge et blanc!|rojo y blanco/roja y blanca/rojos y blancos/rojas y blancas|rosso e bianco/rossa e bianca/rossi e bianchi/rosse e bianche|赤と白の|红白
grey and white|grau-weiß|gris et blanc!|gris y blanco/gris y blanca/grises y blancos/grises y blancas|grigio e bianco/grigia e bianca/grigi e bianchi/grigie e bianche|グレーと白の|灰白
gray and white|grau-weiß|gris et blanc!|gris y blanco/gris y blanca/grises y blancos/grises y blancas|grigio e bianco/grigia e bianca/grigi e bianchi/grigie e bianche|グレーと白の|灰白
white|weiß|blanc/blanche/blancs/blanches|blanco/blanca/blancos/blancas|bianco/bianca/bianchi/bianche|白い|白色
black|schwarz|noir/noire/noirs/noires|negro/negra/negros/negras|nero/nera/neri/nere|黒い|黑色
grey|grau|gris/grise/gris/grises|gris/gris/grises/grises|grigio/grigia/grigi/grigie|グレーの|灰色
gray|grau|gris/grise/gris/grises|gris/gris/grises/grises|grigio/grigia/grigi/grigie|グレーの|灰色
light grey|hellgrau|gris clair!|gris claro!|grigio chiaro!|ライトグレーの|浅灰色
light gray|hellgrau|gris clair!|gris claro!|grigio chiaro!|ライトグレーの|浅灰色
dark grey|dunkelgrau|gris foncé!|gris oscuro!|grigio scuro!|ダークグレーの|深灰色
dark gray|dunkelgrau|gris foncé!|gris oscuro!|grigio scuro!|ダークグレーの|深灰色
blue|blau|bleu/bleue/bleus/bleues|azul/azul/azules/azules|blu!|青い|蓝色
light blue|hellblau|bleu clair!|azul claro!|azzurro/azzurra/azzurri/azzurre|水色の|浅蓝色
dark blue|dunkelblau|bleu foncé!|azul oscuro!|blu scuro!|濃紺の|深蓝色
navy|marineblau|bleu marine!|azul marino!|blu navy!|ネイビーの|藏青色
green|grün|vert/verte/verts/vertes|verde/verde/verdes/verdes|verde/verde/verdi/verdi|緑の|绿色
red|rot|rouge/rouge/rouges/rouges|rojo/roja/rojos/rojas|rosso/rossa/rossi/rosse|赤い|红色
yellow|gelb|jaune/jaune/jaunes/jaunes|amarillo/amarilla/amarillos/amarillas|giallo/gialla/gialli/gialle|黄色い|黄色
orange|orange!|orange!|naranja!|arancione/arancione/arancioni/arancioni|オレンジの|橙色
brown|braun|marron!|marrón/marrón/marrones/marrones|marrone/marrone/marroni/marroni|茶色の|棕色
purple|lila!|violet/violette/violets/violettes|morado/morada/morados/moradas|viola!|紫の|紫色
pink|rosa!|rose/rose/roses/roses|rosa!|rosa!|ピンクの|粉色
beige|beige!|beige/beige/beiges/beiges|beige!|beige!|ベージュの|米色
cream|cremefarben|crème!|crema!|crema!|クリーム色の|奶油色
ivory|elfenbeinfarben|ivoire!|marfil!|avorio!|アイボリーの|象牙色
natural|naturfarben|écru/écrue/écrus/écrues|>de color natural|>color naturale|生成りの|本色
multicolour|bunt|multicolore/multicolore/multicolores/multicolores|multicolor/multicolor/multicolores/multicolores|multicolore/multicolore/multicolori/multicolori|マルチカラーの|多色
multicolor|bunt|multicolore/multicolore/multicolores/multicolores|multicolor/multicolor/multicolores/multicolores|multicolore/multicolore/multicolori/multicolori|マルチカラーの|多色
"""

MATERIALS = """
cotton|Baumwolle|coton|algodón|cotone|綿/コットン|棉/棉质
organic cotton|Bio-Baumwolle|coton biologique|algodón orgánico|cotone biologico|オーガニックコットン|有机棉
egyptian cotton|ägyptische Baumwolle/ägyptischer Baumwolle|coton égyptien|algodón egipcio|cotone egiziano|エジプト綿|埃及棉
turkish cotton|türkische Baumwolle/türkischer Baumwolle|coton turc|algodón turco|cotone turco|トルコ綿|土耳其棉
linen|Leinen|lin|lino|lino|リネン|亚麻
hemp|Hanf|chanvre|cáñamo|canapa|ヘンプ|大麻纤维
bamboo viscose|Bambusviskose|viscose de bambou|viscosa de bambú|viscosa di bambù|竹レーヨン|竹浆粘胶纤维/竹纤维
polyester|Polyester|polyester|poliéster|poliestere|ポリエステル|聚酯纤维
viscose|Viskose|viscose|viscosa|viscosa|レーヨン|粘胶纤维
microfibre|Mikrofaser|microfibre|microfibra|microfibra|マイクロファイバー|超细纤维
microfiber|Mikrofaser|microfibre|microfibra|microfibra|マイクロファイバー|超细纤维
wool|Wolle|laine|lana|lana|ウール|羊毛
silk|Seide|soie|seda|seta|シルク|真丝
velvet|Samt|velours|terciopelo|velluto|ベルベット|天鹅绒
fleece|Fleece|polaire|forro polar|pile|フリース|摇粒绒
muslin|Musselin|mousseline|muselina|mussola|ガーゼ|纱布
percale|Perkal|percale|percal|percalle|パーケール|高支棉/高支棉
terry|Frottee|tissu éponge|rizo|spugna|パイル地/パイル|毛圈布/毛圈
terry cotton|Baumwollfrottee|éponge de coton|rizo de algodón|spugna di cotone|綿パイル/コットンパイル|棉毛圈布/毛圈棉
silicone|Silikon|silicone|silicona|silicone|シリコーン|硅胶
polyamide|Polyamid|polyamide|poliamida|poliammide|ナイロン|锦纶
nylon|Nylon|nylon|nailon|nylon|ナイロン|锦纶
polyurethane|Polyurethan|polyuréthane|poliuretano|poliuretano|ポリウレタン|聚氨酯
elastane|Elasthan|élasthanne|elastano|elastan|ポリウレタン|氨纶
eva|EVA|EVA|EVA|EVA|EVA樹脂|EVA
"""

PLACES = """
kitchen|die Küche/Küche|la cuisine|la cocina|la cucina|キッチン|厨房
bathroom|das Bad/Bad|la salle de bain|el baño|il bagno|バスルーム|浴室
home|den Haushalt/Haushalt|la maison|el hogar|la casa|家庭|家居
table|den Tisch/Tisch|la table|la mesa|la tavola|食卓|餐桌
bedroom|das Schlafzimmer/Schlafzimmer|la chambre|el dormitorio|la camera da letto|寝室|卧室
living room|das Wohnzimmer/Wohnzimmer|le salon|la sala de estar|il soggiorno|リビング|客厅
dining room|das Esszimmer/Esszimmer|la salle à manger|el comedor|la sala da pranzo|ダイニング|餐厅
restaurant|das Restaurant/Restaurant|le restaurant|el restaurante|il ristorante|レストラン|餐厅
hotel|das Hotel/Hotel|l'hôtel|el hotel|l'hotel|ホテル|酒店
spa|das Spa/Spa|le spa|el spa|la spa|スパ|水疗
gym|das Fitnessstudio/Fitnessstudio|la salle de sport|el gimnasio|la palestra|ジム|健身房
office|das Büro/Büro|le bureau|la oficina|l'ufficio|オフィス|办公室
travel|die Reise/Reise|les voyages|los viajes|i viaggi|旅行|旅行
camping|das Camping/Camping|le camping|el camping|il campeggio|キャンプ|露营
children|Kinder|enfants/les enfants|niños/los niños|bambini/i bambini|子供|儿童
babies|Babys|bébés/les bébés|bebés/los bebés|neonati/i neonati|赤ちゃん|婴儿
men|Herren|hommes|hombres|uomo|男性|男士
women|Damen|femmes|mujeres|donna|女性|女士
cleaning|das Putzen/Putzen|le nettoyage|la limpieza|le pulizie|掃除|清洁
garden|den Garten/Garten|le jardin|el jardín|il giardino|庭|花园
park|den Park/Park|le parc|el parque|il parco|公園|公园
beach|den Strand/Strand|la plage|la playa|la spiaggia|ビーチ|沙滩
pool|den Pool/Pool|la piscine|la piscina|la piscina|プール|泳池
sports|den Sport/Sport|le sport|el deporte|lo sport|スポーツ|运动
yoga|Yoga|le yoga|el yoga|lo yoga|ヨガ|瑜伽
baking|das Backen/Backen|la pâtisserie|la repostería|la pasticceria|お菓子作り|烘焙
cooking|das Kochen/Kochen|la cuisine|cocinar|cucinare|料理|烹饪
grilling|das Grillen/Grillen|le barbecue|la barbacoa|il barbecue|バーベキュー|烧烤
barbecue|das Grillen/Grillen|le barbecue|la barbacoa|il barbecue|バーベキュー|烧烤
everyday use|den täglichen Gebrauch/täglichen Gebrauch|un usage quotidien|el uso diario|l'uso quotidiano|普段使い|日常使用
guests|Gäste|les invités|los invitados|gli ospiti|来客|客人
"""

AND = {"de": " und ", "fr": " et ", "es": " y ", "it": " e ", "ja": "・", "zh": "和"}
MADE_OF = {"de": " aus ", "fr": " en ", "es": " de ", "it": " in "}
FOR = {"de": " für ", "fr": " pour ", "es": " para ", "it": " per "}
SHARE_OF = dict.fromkeys(("de", "fr", "es", "it"), "{m} {a}") | {"ja": "{a}{m}の", "zh": "{m}{a}"}
PEOPLE = {
    "de": "{n} Personen", "fr": "{n} personnes", "es": "{n} personas", "it": "{n} persone", "ja": "{n}人", "zh": "{n}人",
}  # fmt: skip
SET_OF = {
    "de": "{n}er-Set {np}",
    "fr": "lot de {n} {np}",
    "es": "juego de {n} {np}",
    "it": "set di {n} {np}",
    "ja": "{np} {n}{one}セット",
    "zh": "{np} {n}{one}装",
}
PACK_OF = {
    "de": "{n}er-Pack {np}",
    "fr": "paquet de {n} {np}",
    "es": "paquete de {n} {np}",
    "it": "confezione da {n} {np}",
    "ja": "{np} {n}{one}入り",
    "zh": "{np} {n}{one}装",
}
COUNTED = {
    "de": "{n} {np}", "fr": "{n} {np}", "es": "{n} {np}", "it": "{n} {np}", "ja": "{np} {n}{one}", "zh": "{n}{one}{np}",
}  # fmt: skip
COUNTERS = {"ja": "点", "zh": "件"}
"""Of things of several kinds, or of none that is named."""

STOPS = {"ja": {",": "、", ".": "。", ":": "：", ";": "；"}, "zh": {",": "，", ".": "。", ":": "：", ";": "；"}}
