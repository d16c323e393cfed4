# ruff: noqa: E501
"""The words of home textiles in six languages, as the glossary engine reads them.

Written for this project by its authors; no dictionary was copied. `|` parts en, de, fr, es, ja, zh; `/` parts forms;
`:m`, `:f`, `:n` is the gender. Nouns: singular/plural. Adjectives: German stem (nominative endings er, e, es, e are
added; `!` marks one that never changes), French m/f/m plural/f plural, Spanish m/f/m plural/f plural, as a noun phrase
stands before (`^`) or after its noun. Places, features and phrases stand as they are; `{n}` is a number, `{m}` a
measure, `{a}` a material, `{p}` places.
"""

from __future__ import annotations

LANGUAGES = ("en", "de", "fr", "es", "ja", "zh")

NOUNS = """
towel/towels|Handtuch:n/Handtücher|serviette:f/serviettes|toalla:f/toallas|タオル|毛巾
hand towel/hand towels|Handtuch:n/Handtücher|essuie-mains:m/essuie-mains|toalla de mano:f/toallas de mano|ハンドタオル|擦手巾
bath towel/bath towels|Badetuch:n/Badetücher|serviette de bain:f/serviettes de bain|toalla de baño:f/toallas de baño|バスタオル|浴巾
face towel/face towels|Gesichtstuch:n/Gesichtstücher|serviette de visage:f/serviettes de visage|toalla facial:f/toallas faciales|フェイスタオル|面巾
kitchen towel/kitchen towels|Küchentuch:n/Küchentücher|torchon de cuisine:m/torchons de cuisine|paño de cocina:m/paños de cocina|キッチンタオル|厨房毛巾
tea towel/tea towels|Geschirrtuch:n/Geschirrtücher|torchon:m/torchons|paño de cocina:m/paños de cocina|ティータオル|茶巾
dish towel/dish towels|Geschirrtuch:n/Geschirrtücher|torchon à vaisselle:m/torchons à vaisselle|paño para platos:m/paños para platos|ディッシュタオル|擦碗巾
dishcloth/dishcloths|Spültuch:n/Spültücher|lavette:f/lavettes|bayeta:f/bayetas|ふきん|洗碗布
cleaning cloth/cleaning cloths|Putztuch:n/Putztücher|chiffon de nettoyage:m/chiffons de nettoyage|paño de limpieza:m/paños de limpieza|クリーニングクロス|清洁布
washcloth/washcloths|Waschlappen:m/Waschlappen|gant de toilette:m/gants de toilette|toallita:f/toallitas|ウォッシュタオル|洗脸巾
beach towel/beach towels|Strandtuch:n/Strandtücher|serviette de plage:f/serviettes de plage|toalla de playa:f/toallas de playa|ビーチタオル|沙滩巾
bath mat/bath mats|Badematte:f/Badematten|tapis de bain:m/tapis de bain|alfombra de baño:f/alfombras de baño|バスマット|浴室垫
napkin/napkins|Serviette:f/Servietten|serviette de table:f/serviettes de table|servilleta:f/servilletas|ナプキン|餐巾
tablecloth/tablecloths|Tischdecke:f/Tischdecken|nappe:f/nappes|mantel:m/manteles|テーブルクロス|桌布
table runner/table runners|Tischläufer:m/Tischläufer|chemin de table:m/chemins de table|camino de mesa:m/caminos de mesa|テーブルランナー|桌旗
placemat/placemats|Tischset:n/Tischsets|set de table:m/sets de table|mantel individual:m/manteles individuales|ランチョンマット|餐垫
apron/aprons|Schürze:f/Schürzen|tablier:m/tabliers|delantal:m/delantales|エプロン|围裙
pillowcase/pillowcases|Kissenbezug:m/Kissenbezüge|taie d'oreiller:f/taies d'oreiller|funda de almohada:f/fundas de almohada|枕カバー|枕套
cushion cover/cushion covers|Kissenhülle:f/Kissenhüllen|housse de coussin:f/housses de coussin|funda de cojín:f/fundas de cojín|クッションカバー|靠垫套
fitted sheet/fitted sheets|Spannbettlaken:n/Spannbettlaken|drap-housse:m/draps-housses|sábana bajera:f/sábanas bajeras|ボックスシーツ|床笠
duvet cover/duvet covers|Bettbezug:m/Bettbezüge|housse de couette:f/housses de couette|funda nórdica:f/fundas nórdicas|掛け布団カバー|被套
blanket/blankets|Decke:f/Decken|couverture:f/couvertures|manta:f/mantas|ブランケット|毯子
curtain/curtains|Vorhang:m/Vorhänge|rideau:m/rideaux|cortina:f/cortinas|カーテン|窗帘
oven mitt/oven mitts|Ofenhandschuh:m/Ofenhandschuhe|gant de cuisine:m/gants de cuisine|guante de horno:m/guantes de horno|オーブンミトン|隔热手套
pot holder/pot holders|Topflappen:m/Topflappen|manique:f/maniques|agarrador:m/agarradores|鍋つかみ|锅垫
dish cloth/dish cloths|Spültuch:n/Spültücher|lavette:f/lavettes|bayeta:f/bayetas|ふきん|洗碗布
kitchen cloth/kitchen cloths|Küchentuch:n/Küchentücher|torchon de cuisine:m/torchons de cuisine|paño de cocina:m/paños de cocina|キッチンクロス|厨房抹布
bar towel/bar towels|Bartuch:n/Bartücher|torchon de bar:m/torchons de bar|paño de bar:m/paños de bar|バータオル|吧台毛巾
polishing cloth/polishing cloths|Poliertuch:n/Poliertücher|chiffon à lustrer:m/chiffons à lustrer|paño para pulir:m/paños para pulir|磨きクロス|擦拭布
bath sheet/bath sheets|Duschtuch:n/Duschtücher|drap de bain:m/draps de bain|sábana de baño:f/sábanas de baño|大判バスタオル|大浴巾
gym towel/gym towels|Sporthandtuch:n/Sporthandtücher|serviette de sport:f/serviettes de sport|toalla de deporte:f/toallas de deporte|スポーツタオル|运动毛巾
hooded towel/hooded towels|Kapuzenhandtuch:n/Kapuzenhandtücher|serviette à capuche:f/serviettes à capuche|toalla con capucha:f/toallas con capucha|フード付きタオル|带帽浴巾
picnic mat/picnic mats|Picknickdecke:f/Picknickdecken|couverture de pique-nique:f/couvertures de pique-nique|manta de picnic:f/mantas de picnic|ピクニックマット|野餐垫
beach blanket/beach blankets|Stranddecke:f/Stranddecken|couverture de plage:f/couvertures de plage|manta de playa:f/mantas de playa|ビーチマット|沙滩垫
play mat/play mats|Spielmatte:f/Spielmatten|tapis de jeu:m/tapis de jeu|alfombra de juegos:f/alfombras de juegos|プレイマット|游戏垫
bib apron/bib aprons|Latzschürze:f/Latzschürzen|tablier à bavette:m/tabliers à bavette|delantal con peto:m/delantales con peto|胸当てエプロン|挂脖围裙
chef apron/chef aprons|Kochschürze:f/Kochschürzen|tablier de chef:m/tabliers de chef|delantal de chef:m/delantales de chef|シェフエプロン|厨师围裙
waist apron/waist aprons|Bistroschürze:f/Bistroschürzen|tablier bistrot:m/tabliers bistrot|delantal de cintura:m/delantales de cintura|腰エプロン|半身围裙
double oven mitt/double oven mitts|Doppelofenhandschuh:m/Doppelofenhandschuhe|double gant de cuisine:m/doubles gants de cuisine|guante de horno doble:m/guantes de horno dobles|ダブルオーブンミトン|连体隔热手套
"""

ADJECTIVES = """
soft|weich|doux/douce/doux/douces|suave/suave/suaves/suaves|柔らかい|柔软的
absorbent|saugfähig|absorbant/absorbante/absorbants/absorbantes|absorbente/absorbente/absorbentes/absorbentes|吸水性の高い|吸水的
thick|dick|épais/épaisse/épais/épaisses|grueso/gruesa/gruesos/gruesas|厚手の|加厚的
light|leicht|léger/légère/légers/légères|ligero/ligera/ligeros/ligeras|軽い|轻便的
large|groß|^grand/grande/grands/grandes|grande/grande/grandes/grandes|大きい|大号
small|klein|^petit/petite/petits/petites|pequeño/pequeña/pequeños/pequeñas|小さい|小号
striped|gestreift|rayé/rayée/rayés/rayées|a rayas!|ストライプの|条纹
white|weiß|blanc/blanche/blancs/blanches|blanco/blanca/blancos/blancas|白い|白色
black|schwarz|noir/noire/noirs/noires|negro/negra/negros/negras|黒い|黑色
grey|grau|gris/grise/gris/grises|gris/gris/grises/grises|グレーの|灰色
gray|grau|gris/grise/gris/grises|gris/gris/grises/grises|グレーの|灰色
blue|blau|bleu/bleue/bleus/bleues|azul/azul/azules/azules|青い|蓝色
green|grün|vert/verte/verts/vertes|verde/verde/verdes/verdes|緑の|绿色
red|rot|rouge/rouge/rouges/rouges|rojo/roja/rojos/rojas|赤い|红色
beige|beige!|beige/beige/beiges/beiges|beige/beige/beiges/beiges|ベージュの|米色
pink|rosa!|rose/rose/roses/roses|rosa/rosa/rosas/rosas|ピンクの|粉色
woven|gewebt|tissé/tissée/tissés/tissées|tejido/tejida/tejidos/tejidas|織りの|机织
knitted|gestrickt|tricoté/tricotée/tricotés/tricotées|tejido/tejida/tejidos/tejidas|ニットの|针织
reusable|wiederverwendbar|réutilisable/réutilisable/réutilisables/réutilisables|reutilizable/reutilizable/reutilizables/reutilizables|繰り返し使える|可重复使用的
checked|kariert|à carreaux!|a cuadros!|チェック柄の|格子
round|rund|rond/ronde/ronds/rondes|redondo/redonda/redondos/redondas|丸い|圆形
long|lang|^long/longue/longs/longues|largo/larga/largos/largas|長い|加长
foldable|faltbar|pliable/pliable/pliables/pliables|plegable/plegable/plegables/plegables|折りたたみ式の|可折叠
sturdy|robust|robuste/robuste/robustes/robustes|resistente/resistente/resistentes/resistentes|丈夫な|耐用
padded|gepolstert|rembourré/rembourrée/rembourrés/rembourrées|acolchado/acolchada/acolchados/acolchadas|パッド入りの|加垫
printed|bedruckt|imprimé/imprimée/imprimés/imprimées|estampado/estampada/estampados/estampadas|プリント柄の|印花
"""

MATERIALS = """
cotton|Baumwolle|coton|algodón|綿|棉
organic cotton|Bio-Baumwolle|coton biologique|algodón orgánico|オーガニックコットン|有机棉
linen|Leinen|lin|lino|リネン|亚麻
polyester|Polyester|polyester|poliéster|ポリエステル|聚酯纤维
viscose|Viskose|viscose|viscosa|ビスコース|粘胶纤维
microfibre|Mikrofaser|microfibre|microfibra|マイクロファイバー|超细纤维
microfiber|Mikrofaser|microfibre|microfibra|マイクロファイバー|超细纤维
wool|Wolle|laine|lana|ウール|羊毛
silk|Seide|soie|seda|シルク|真丝
terry|Frottee|tissu éponge|rizo|パイル地|毛圈布
polyamide|Polyamid|polyamide|poliamida|ポリアミド|锦纶
polyurethane|Polyurethan|polyuréthane|poliuretano|ポリウレタン|聚氨酯
eva|EVA|EVA|EVA|EVA|EVA
"""

PLACES = """
kitchen|Küche|la cuisine|la cocina|キッチン|厨房
bathroom|Bad|la salle de bain|el baño|バスルーム|浴室
home|Zuhause|la maison|el hogar|家庭|家居
table|den Tisch|la table|la mesa|食卓|餐桌
bedroom|Schlafzimmer|la chambre|el dormitorio|寝室|卧室
living room|Wohnzimmer|le salon|la sala de estar|リビング|客厅
restaurant|Restaurant|le restaurant|el restaurante|レストラン|餐厅
hotel|Hotel|l'hôtel|el hotel|ホテル|酒店
travel|die Reise|le voyage|los viajes|旅行|旅行
children|Kinder|les enfants|los niños|子供|儿童
garden|Garten|le jardin|el jardín|庭|花园
beach|Strand|la plage|la playa|ビーチ|沙滩
sports|Sport|le sport|el deporte|スポーツ|运动
baking|Backen|la pâtisserie|la repostería|お菓子作り|烘焙
"""

FEATURES = """
hanging loop|Aufhänger|boucle de suspension|trabilla para colgar|吊り下げループ|挂环
zip|Reißverschluss|fermeture éclair|cremallera|ファスナー|拉链
waffle weave|Waffelmuster|tissage gaufré|tejido de gofre|ワッフル織り|华夫格织纹
two pockets|zwei Taschen|deux poches|dos bolsillos|ポケット二つ|两个口袋
adjustable neck strap|verstellbarem Nackenband|tour de cou réglable|cinta de cuello ajustable|調節できる首ひも|可调节挂脖带
carry handle|Tragegriff|poignée de transport|asa de transporte|持ち手|提手
water repellent back|wasserabweisender Rückseite|envers déperlant|reverso repelente al agua|撥水加工の裏面|防泼水底面
fringe|Fransen|franges|flecos|フリンジ|流苏
"""

PHRASES = """
white|Weiß|blanc|blanco|ホワイト|白色
black|Schwarz|noir|negro|ブラック|黑色
grey|Grau|gris|gris|グレー|灰色
gray|Grau|gris|gris|グレー|灰色
blue|Blau|bleu|azul|ブルー|蓝色
green|Grün|vert|verde|グリーン|绿色
red|Rot|rouge|rojo|レッド|红色
beige|Beige|beige|beige|ベージュ|米色
pink|Rosa|rose|rosa|ピンク|粉色
machine washable|maschinenwaschbar|lavage en machine|lavado a máquina|洗濯機可|可机洗
quick drying|schnelltrocknend|séchage rapide|secado rápido|速乾|速干
highly absorbent|sehr saugfähig|grande absorption|gran absorción|高吸水|高吸水
soft and absorbent|weich und saugfähig|douceur et absorption|suavidad y absorción|柔らかく吸水性が高い|柔软吸水
lint free|fusselfrei|sans peluches|sin pelusas|リントフリー|不掉毛
tumble dry low|bei niedriger Temperatur im Trockner trocknen|séchage en machine à basse température|secado en secadora a baja temperatura|低温タンブル乾燥|低温烘干
do not bleach|nicht bleichen|ne pas blanchir|no usar lejía|漂白不可|不可漂白
easy care|pflegeleicht|entretien facile|fácil cuidado|お手入れ簡単|易打理
care|Pflege|entretien|cuidado|お手入れ|护理
size|Größe|dimensions|tamaño|サイズ|尺寸
material|Material|matière|material|素材|材质
colour|Farbe|couleur|color|カラー|颜色
color|Farbe|couleur|color|カラー|颜色
contents|Lieferumfang|contenu|contenido|セット内容|包装内容
set of {n}|{n}er-Set|lot de {n}|juego de {n}|{n}点セット|{n}件套
pack of {n}|{n}er-Pack|paquet de {n}|paquete de {n}|{n}個パック|{n}件装
{n} pieces|{n} Stück|{n} pièces|{n} piezas|{n}点|{n}件
{a}|{a}|{a}|{a}|{a}|{a}
{m}|{m}|{m}|{m}|{m}|{m}
{m} {a}|{m} {a}|{m} {a}|{m} {a}|{a} {m}|{m} {a}
made of {m} {a}|aus {m} {a}|en {m} {a}|de {m} {a}|{a} {m}製|由 {m} {a} 制成
made of {a}|aus {a}|en {a}|de {a}|{a}製|由{a}制成
made from {m} {a}|aus {m} {a}|en {m} {a}|de {m} {a}|{a} {m}製|由 {m} {a} 制成
wash at {m}|waschbar bei {m}|lavage à {m}|lavado a {m}|{m}で洗濯|{m} 洗涤
machine wash at {m}|Maschinenwäsche bei {m}|lavage en machine à {m}|lavado a máquina a {m}|{m}で洗濯機洗い|{m} 机洗
machine washable at {m}|maschinenwaschbar bei {m}|lavage en machine à {m}|lavado a máquina a {m}|{m}で洗濯機洗い可|可 {m} 机洗
for {p}|für {p}|pour {p}|para {p}|{p}用|适用于{p}
ideal for {p}|ideal für {p}|idéal pour {p}|ideal para {p}|{p}に最適|适合{p}
pre washed|vorgewaschen|prélavé|prelavado|プレウォッシュ加工|预洗
hemmed edges|gesäumte Kanten|bords ourlés|bordes con dobladillo|縁かがり|锁边
double stitched edges|doppelt genähte Kanten|bords à double couture|bordes con doble costura|二重縫いの縁|双线包边
colour fast|farbecht|couleurs résistantes au lavage|colores resistentes al lavado|色落ちしにくい|不易褪色
heat resistant up to {m}|hitzebeständig bis {m}|résistance à la chaleur jusqu'à {m}|resistencia al calor hasta {m}|{m}まで耐熱|耐热至 {m}
water repellent|wasserabweisend|déperlant|repelente al agua|撥水|防泼水
sand free|sandabweisend|anti-sable|repele la arena|砂がつきにくい|防沙
easy to fold|leicht zu falten|facile à plier|fácil de plegar|折りたたみ簡単|易折叠
wipe clean|abwischbar|nettoyage facile à l'éponge|se limpia con un paño|拭き取り可能|可擦拭
iron on low|bei niedriger Temperatur bügeln|repassage à basse température|planchado a baja temperatura|低温アイロン|低温熨烫
one size|Einheitsgröße|taille unique|talla única|フリーサイズ|均码
for everyday use|für den täglichen Gebrauch|pour un usage quotidien|para el uso diario|毎日の使用に|日常使用
thick and soft|dick und weich|épaisseur et douceur|grosor y suavidad|厚手で柔らかい|厚实柔软
soft on the skin|sanft zur Haut|doux pour la peau|suave con la piel|肌にやさしい|亲肤
fits a table for {n} people|passt auf einen Tisch für {n} Personen|pour une table de {n} personnes|para una mesa de {n} personas|{n}人用テーブルに対応|适合{n}人餐桌
shell|Außenmaterial|extérieur|exterior|表地|面料
filling|Füllung|garnissage|relleno|中材|填充物
plain|unifarben|uni|liso|無地|素色
printed|bedruckt|imprimé|estampado|プリント柄|印花
striped|gestreift|rayé|a rayas|ストライプ|条纹
checked|kariert|à carreaux|a cuadros|チェック柄|格子
"""

AND = {"de": " und ", "fr": " et ", "es": " y ", "ja": "・", "zh": "和"}
MADE_OF = {"de": " aus ", "fr": " en ", "es": " de "}
WITH = {"de": " mit ", "fr": " avec ", "es": " con "}
FOR = {"de": " für ", "fr": " pour ", "es": " para "}
SET_OF = {
    "de": "{n}er-Set {np}",
    "fr": "lot de {n} {np}",
    "es": "juego de {n} {np}",
    "ja": "{np} {n}点セット",
    "zh": "{np} {n}件套",
}
PACK_OF = {
    "de": "{n}er-Pack {np}",
    "fr": "paquet de {n} {np}",
    "es": "paquete de {n} {np}",
    "ja": "{np} {n}個パック",
    "zh": "{np} {n}件装",
}
COUNTED = {"de": "{n} {np}", "fr": "{n} {np}", "es": "{n} {np}", "ja": "{np} {n}点", "zh": "{n}件{np}"}
STOPS = {"ja": {",": "、", ".": "。", ":": "：", ";": "；"}, "zh": {",": "，", ".": "。", ":": "：", ";": "；"}}
