# ruff: noqa: E501
"""Features and whole phrases of home textiles in seven languages, beside the words in translate_words.

`|` parts en, de, fr, es, it, ja, zh. A feature is what follows `with` or `in` after a noun; in Japanese and Chinese it
stands before. In phrases `{n}` is a number, `{m}` a measure, `{d}` a date, `{t}` a name, `{p}` places, `{a}` a material
as a share is stated, `{b}` the same as part of a name, `{c}` the word that counts what the text names.
"""

from __future__ import annotations

FEATURES = """
hanging loop|mit Aufhänger|avec attache|con trabilla para colgar|con asola per appendere|吊り下げループ付きの|带挂环的
hanging loops|mit Aufhängern|avec attaches|con trabillas para colgar|con asole per appendere|吊り下げループ付きの|带挂环的
waffle weave|mit Waffelstruktur|nid d'abeille|con tejido de nido de abeja|a nido d'ape|ワッフル織りの|华夫格
terry loops|mit Frotteeschlingen|à boucles éponge|con rizo|in spugna a riccio|パイル地の|毛圈
fringe|mit Fransen|avec franges|con flecos|con frange|フリンジ付きの|带流苏的
fringes|mit Fransen|avec franges|con flecos|con frange|フリンジ付きの|带流苏的
tassels|mit Quasten|avec pompons|con borlas|con nappe|タッセル付きの|带流苏的
zip|mit Reißverschluss|avec fermeture éclair|con cremallera|con cerniera|ファスナー付きの|带拉链的
zipper|mit Reißverschluss|avec fermeture éclair|con cremallera|con cerniera|ファスナー付きの|带拉链的
buttons|mit Knöpfen|avec boutons|con botones|con bottoni|ボタン付きの|带纽扣的
pocket|mit Tasche|avec poche|con bolsillo|con tasca|ポケット付きの|带口袋的
pockets|mit Taschen|avec poches|con bolsillos|con tasche|ポケット付きの|带口袋的
two pockets|mit zwei Taschen|avec deux poches|con dos bolsillos|con due tasche|ポケット二つ付きの|带两个口袋的
front pocket|mit Vordertasche|avec poche avant|con bolsillo delantero|con tasca frontale|前ポケット付きの|带前口袋的
adjustable neck strap|mit verstellbarem Nackenband|avec tour de cou réglable|con cinta de cuello ajustable|con laccio al collo regolabile|首ひもを調節できる|可调节挂脖带的
adjustable straps|mit verstellbaren Trägern|avec bretelles réglables|con tirantes ajustables|con bretelle regolabili|ひもを調節できる|肩带可调的
long ties|mit langen Bändern|avec longs liens|con cintas largas|con lacci lunghi|長いひも付きの|带长系带的
carry handle|mit Tragegriff|avec poignée de transport|con asa de transporte|con manico per il trasporto|持ち手付きの|带提手的
handle|mit Tragegriff|avec poignée|con asa|con manico|持ち手付きの|带提手的
carry bag|mit Tragetasche|avec sac de transport|con bolsa de transporte|con borsa per il trasporto|収納袋付きの|带收纳袋的
hood|mit Kapuze|à capuche|con capucha|con cappuccio|フード付きの|连帽
water repellent back|mit wasserabweisender Rückseite|à envers déperlant|con reverso repelente al agua|con retro idrorepellente|裏面撥水の|底面防泼水的
waterproof back|mit wasserdichter Rückseite|à envers imperméable|con reverso impermeable|con retro impermeabile|裏面防水の|底面防水的
non slip back|mit rutschfester Rückseite|à envers antidérapant|con reverso antideslizante|con retro antiscivolo|裏面滑り止めの|底面防滑的
non slip backing|mit rutschfester Unterseite|à dessous antidérapant|con base antideslizante|con fondo antiscivolo|裏面滑り止めの|底面防滑的
silicone grip|mit Silikongriff|avec prise en silicone|con agarre de silicona|con presa in silicone|シリコーン滑り止め付きの|带硅胶防滑的
non slip silicone grip|mit rutschfestem Silikongriff|avec prise antidérapante en silicone|con agarre antideslizante de silicona|con presa antiscivolo in silicone|シリコーン滑り止め付きの|带防滑硅胶的
silicone stripes|mit Silikonstreifen|à bandes de silicone|con bandas de silicona|con strisce in silicone|シリコーンライン入りの|带硅胶条的
cotton lining|mit Baumwollfutter|doublé de coton|con forro de algodón|con fodera in cotone|綿裏地付きの|棉衬里
hemmed edges|mit gesäumten Kanten|à bords ourlés|con bordes con dobladillo|con bordi orlati|縁縫い仕上げの|锁边
double stitched edges|mit doppelt genähten Kanten|à bords à double couture|con bordes de doble costura|con bordi a doppia cucitura|縁を二重縫いした|双线包边
elastic corners|mit elastischen Ecken|à coins élastiqués|con esquinas elásticas|con angoli elasticizzati|ゴム入りの|带松紧角的
retro print|mit Retromuster|à imprimé rétro|con estampado retro|con stampa retrò|レトロ柄の|复古印花
floral print|mit Blumenmuster|à imprimé floral|con estampado floral|con stampa floreale|花柄の|花卉印花
animal print|mit Tiermotiv|à motif animaux|con motivo de animales|con motivo di animali|動物柄の|动物图案
stripes|mit Streifen|à rayures|con rayas|a righe|ストライプ柄の|条纹
gift box|mit Geschenkbox|en coffret cadeau|con caja de regalo|in confezione regalo|ギフトボックス入りの|礼盒装
"""

PHRASES = """
white|Weiß|blanc|blanco|bianco|ホワイト|白色
black|Schwarz|noir|negro|nero|ブラック|黑色
grey|Grau|gris|gris|grigio|グレー|灰色
gray|Grau|gris|gris|grigio|グレー|灰色
light grey|Hellgrau|gris clair|gris claro|grigio chiaro|ライトグレー|浅灰色
light gray|Hellgrau|gris clair|gris claro|grigio chiaro|ライトグレー|浅灰色
dark grey|Dunkelgrau|gris foncé|gris oscuro|grigio scuro|ダークグレー|深灰色
dark gray|Dunkelgrau|gris foncé|gris oscuro|grigio scuro|ダークグレー|深灰色
blue|Blau|bleu|azul|blu|ブルー|蓝色
light blue|Hellblau|bleu clair|azul claro|azzurro|ライトブルー|浅蓝色
dark blue|Dunkelblau|bleu foncé|azul oscuro|blu scuro|ダークブルー|深蓝色
navy|Marineblau|bleu marine|azul marino|blu navy|ネイビー|藏青色
green|Grün|vert|verde|verde|グリーン|绿色
red|Rot|rouge|rojo|rosso|レッド|红色
yellow|Gelb|jaune|amarillo|giallo|イエロー|黄色
orange|Orange|orange|naranja|arancione|オレンジ|橙色
brown|Braun|marron|marrón|marrone|ブラウン|棕色
purple|Lila|violet|morado|viola|パープル|紫色
pink|Rosa|rose|rosa|rosa|ピンク|粉色
beige|Beige|beige|beige|beige|ベージュ|米色
cream|Creme|crème|crema|crema|クリーム|奶油色
ivory|Elfenbein|ivoire|marfil|avorio|アイボリー|象牙色
natural|Natur|écru|natural|naturale|ナチュラル|本色
multicolour|mehrfarbig|multicolore|multicolor|multicolore|マルチカラー|多色
multicolor|mehrfarbig|multicolore|multicolor|multicolore|マルチカラー|多色
plain|unifarben|uni|liso|tinta unita|無地|素色
printed|bedruckt|imprimé|estampado|stampato|プリント柄|印花
striped|gestreift|à rayures|a rayas|a righe|ストライプ|条纹
checked|kariert|à carreaux|a cuadros|a quadretti|チェック柄|格子
plaid|kariert|à carreaux écossais|a cuadros escoceses|scozzese|タータンチェック|格纹
floral|Blumenmuster|fleuri|floral|floreale|花柄|花卉
retro print|Retromuster|imprimé rétro|estampado retro|stampa retrò|レトロ柄|复古印花
solid|einfarbig|uni|liso|tinta unita|無地|纯色
care|Pflege|entretien|cuidado|manutenzione|お手入れ|护理
size|Größe|dimensions|medidas|dimensioni|サイズ|尺寸
material|Material|matière|material|materiale|素材|材质
colour|Farbe|couleur|color|colore|カラー|颜色
color|Farbe|couleur|color|colore|カラー|颜色
weight|Gewicht|poids|peso|peso|重量|重量
thickness|Dicke|épaisseur|grosor|spessore|厚さ|厚度
length|Länge|longueur|longitud|lunghezza|長さ|长度
width|Breite|largeur|anchura|larghezza|幅|宽度
height|Höhe|hauteur|altura|altezza|高さ|高度
diameter|Durchmesser|diamètre|diámetro|diametro|直径|直径
pattern|Muster|motif|estampado|motivo|柄|图案
use|Verwendung|utilisation|uso|uso|用途|用途
contents|Lieferumfang|contenu|contenido|contenuto|セット内容|包装内容
shell|Außenmaterial|extérieur|exterior|esterno|表地|面料
filling|Füllung|garnissage|relleno|imbottitura|中材|填充物
lining|Futter|doublure|forro|fodera|裏地|里料
set of {n}|{n}er-Set|lot de {n}|juego de {n}|set di {n}|{n}{c}セット|{n}{c}装
pack of {n}|{n}er-Pack|paquet de {n}|paquete de {n}|confezione da {n}|{n}{c}入り|{n}{c}装
{n} pack|{n}er-Pack|paquet de {n}|paquete de {n}|confezione da {n}|{n}{c}入り|{n}{c}装
{n} pieces|{n} Stück|{n} pièces|{n} unidades|{n} pezzi|{n}{c}|{n}{c}
{n} piece set|{n}-teiliges Set|ensemble de {n} pièces|juego de {n} piezas|set di {n} pezzi|{n}点セット|{n}件套
set includes {n} pieces|das Set enthält {n} Teile|le lot comprend {n} pièces|el juego incluye {n} piezas|il set comprende {n} pezzi|{n}点のセット|套装含{n}件
{a}|{a}|{a}|{a}|{a}|{a}|{a}
{m}|{m}|{m}|{m}|{m}|{m}|{m}
{m} {a}|{m} {a}|{m} {a}|{m} {a}|{m} {a}|{a}{m}|{m}{a}
made of {m} {a}|aus {m} {b}|{m} {a}|{m} {a}|in {m} {a}|{a}{m}製|由{m}{a}制成
made from {m} {a}|aus {m} {b}|{m} {a}|{m} {a}|in {m} {a}|{a}{m}製|由{m}{a}制成
made of {a}|aus {b}|en {a}|de {a}|in {a}|{b}製|由{a}制成
made from {a}|aus {b}|en {a}|de {a}|in {a}|{b}製|由{a}制成
made of {m}|aus {m}|en {m}|de {m}|in {m}|{m}|{m}
{m} weight|Flächengewicht {m}|grammage {m}|gramaje {m}|grammatura {m}|目付け{m}|克重{m}
fabric weight|Flächengewicht|grammage|gramaje|grammatura|目付け|克重
wash at {m}|waschbar bei {m}|lavage à {m}|lavado a {m}|lavaggio a {m}|{m}で洗濯可|{m}水洗
washable at {m}|waschbar bei {m}|lavage à {m}|lavado a {m}|lavaggio a {m}|{m}で洗濯可|可{m}水洗
washable at up to {m}|waschbar bis {m}|lavage jusqu'à {m}|lavado hasta {m}|lavaggio fino a {m}|{m}まで洗濯可|最高可{m}水洗
washable up to {m}|waschbar bis {m}|lavage jusqu'à {m}|lavado hasta {m}|lavaggio fino a {m}|{m}まで洗濯可|最高可{m}水洗
machine wash|Maschinenwäsche|lavage en machine|lavado a máquina|lavaggio in lavatrice|洗濯機洗い|机洗
machine wash at {m}|Maschinenwäsche bei {m}|lavage en machine à {m}|lavado a máquina a {m}|lavaggio in lavatrice a {m}|{m}で洗濯機洗い|{m}机洗
machine wash cold|kalt in der Maschine waschbar|lavage en machine à froid|lavado a máquina en frío|lavaggio in lavatrice a freddo|水温での洗濯機洗い|冷水机洗
machine wash warm|warm in der Maschine waschbar|lavage en machine à l'eau tiède|lavado a máquina con agua tibia|lavaggio in lavatrice in acqua tiepida|ぬるま湯で洗濯機洗い|温水机洗
machine washable|maschinenwaschbar|lavage en machine|lavable a máquina|lavabile in lavatrice|洗濯機洗い可|可机洗
machine washable at {m}|maschinenwaschbar bei {m}|lavage en machine à {m}|lavado a máquina a {m}|lavaggio in lavatrice a {m}|{m}で洗濯機洗い可|可{m}机洗
hand wash only|nur Handwäsche|lavage à la main uniquement|solo lavado a mano|solo lavaggio a mano|手洗いのみ|仅限手洗
wash before first use|vor dem ersten Gebrauch waschen|laver avant la première utilisation|lavar antes del primer uso|lavare prima del primo utilizzo|初回使用前に要洗濯|首次使用前请清洗
wash separately|separat waschen|laver séparément|lavar por separado|lavare separatamente|単独洗い|单独洗涤
tumble dry|für den Trockner geeignet|séchage en machine|apto para secadora|adatto all'asciugatrice|タンブル乾燥可|可烘干
tumble dry low|bei niedriger Temperatur im Trockner trocknen|séchage en machine à basse température|secado en secadora a baja temperatura|asciugatura in asciugatrice a bassa temperatura|低温タンブル乾燥可|低温烘干
do not tumble dry|nicht im Trockner trocknen|pas de séchage en machine|no usar secadora|non asciugare in asciugatrice|タンブル乾燥不可|不可烘干
line dry|auf der Leine trocknen|séchage sur fil|secar al aire|asciugare all'aria|つり干し|悬挂晾干
do not bleach|nicht bleichen|ne pas blanchir|no usar lejía|non candeggiare|漂白不可|不可漂白
no fabric softener|keinen Weichspüler verwenden|sans adoucissant|no usar suavizante|non usare ammorbidente|柔軟剤使用不可|勿用柔顺剂
do not iron|nicht bügeln|ne pas repasser|no planchar|non stirare|アイロン不可|不可熨烫
do not dry clean|nicht chemisch reinigen|pas de nettoyage à sec|no limpiar en seco|non lavare a secco|ドライクリーニング不可|不可干洗
iron on low|bei niedriger Temperatur bügeln|repassage à basse température|planchado a baja temperatura|stirare a bassa temperatura|低温アイロン可|低温熨烫
easy care|pflegeleicht|entretien facile|fácil de cuidar|facile manutenzione|お手入れ簡単|易打理
easy to clean|leicht zu reinigen|facile à nettoyer|fácil de limpiar|facile da pulire|お手入れ簡単|易清洁
easy to fold|leicht zu falten|facile à plier|fácil de plegar|facile da piegare|簡単に折りたためる|易折叠
easy to carry|leicht zu tragen|facile à transporter|fácil de transportar|facile da trasportare|持ち運びやすい|便于携带
foldable with handle|faltbar mit Tragegriff|pliable avec poignée|plegable con asa|pieghevole con manico|折りたたみ式・持ち手付き|可折叠带提手
foldable with carry handle|faltbar mit Tragegriff|pliable avec poignée de transport|plegable con asa de transporte|pieghevole con manico per il trasporto|折りたたみ式・持ち手付き|可折叠带提手
foldable|faltbar|pliable|plegable|pieghevole|折りたたみ式|可折叠
soft|weich|doux|suave|morbido|柔らか|柔软
thick|dick|épais|grueso|spesso|厚手|厚实
large|groß|grand|grande|grande|大判|大号
lightweight|leicht|léger|ligero|leggero|軽量|轻便
durable|strapazierfähig|durable|duradero|resistente|丈夫|耐用
sturdy|robust|résistant|resistente|resistente|丈夫|耐用
washable|waschbar|lavable|lavable|lavabile|洗える|可水洗
reusable|wiederverwendbar|réutilisable|reutilizable|riutilizzabile|繰り返し使える|可重复使用
washable and reusable|waschbar und wiederverwendbar|lavable et réutilisable|lavable y reutilizable|lavabile e riutilizzabile|洗って繰り返し使える|可水洗重复使用
quick drying|schnelltrocknend|séchage rapide|secado rápido|asciugatura rapida|速乾|速干
quick dry|schnelltrocknend|séchage rapide|secado rápido|asciugatura rapida|速乾|速干
absorbent|saugfähig|absorbant|absorbente|assorbente|優れた吸水性|吸水
highly absorbent|sehr saugfähig|haut pouvoir absorbant|gran absorción|alta assorbenza|高い吸水性|高吸水
highly absorbent and quick drying|sehr saugfähig und schnelltrocknend|haut pouvoir absorbant et séchage rapide|gran absorción y secado rápido|alta assorbenza e asciugatura rapida|高い吸水性と速乾性|高吸水且速干
absorbent and quick drying|saugfähig und schnelltrocknend|pouvoir absorbant et séchage rapide|absorción y secado rápido|assorbenza e asciugatura rapida|吸水速乾|吸水速干
soft and absorbent|weich und saugfähig|douceur et absorption|suavidad y absorción|morbidezza e assorbenza|柔らかく高い吸水性|柔软吸水
thick and soft|dick und weich|épaisseur et douceur|grosor y suavidad|spessore e morbidezza|厚手で柔らか|厚实柔软
thick and absorbent|dick und saugfähig|épaisseur et absorption|grosor y absorción|spessore e assorbenza|厚手で高い吸水性|厚实吸水
soft on the skin|sanft zur Haut|doux pour la peau|suave con la piel|delicato sulla pelle|肌にやさしい|亲肤
gentle on the skin|sanft zur Haut|doux pour la peau|suave con la piel|delicato sulla pelle|肌にやさしい|亲肤
lint free|fusselfrei|sans peluches|sin pelusas|senza pelucchi|毛羽が出にくい|不掉毛
streak free|streifenfrei|sans traces|sin marcas|senza aloni|拭き跡が残りにくい|不留痕
scratch free|kratzfrei|sans rayures|sin arañazos|senza graffi|傷がつきにくい|不刮花
colour fast|farbecht|couleurs résistantes au lavage|colores resistentes al lavado|colori resistenti al lavaggio|色落ちしにくい|不易褪色
color fast|farbecht|couleurs résistantes au lavage|colores resistentes al lavado|colori resistenti al lavaggio|色落ちしにくい|不易褪色
fade resistant|farbbeständig|résistance à la décoloration|resistencia a la decoloración|resistenza allo scolorimento|色あせしにくい|不易褪色
shrink resistant|formbeständig|résistance au rétrécissement|resistencia al encogimiento|resistenza al restringimento|縮みにくい|不易缩水
wrinkle resistant|knitterarm|peu froissable|resistente a las arrugas|antipiega|しわになりにくい|不易起皱
stain resistant|fleckabweisend|traitement antitaches|tratamiento antimanchas|trattamento antimacchia|汚れにくい|防污
pre washed|vorgewaschen|prélavage en usine|prelavado en fábrica|prelavaggio in fabbrica|洗い加工済み|预洗
hemmed edges|gesäumte Kanten|bords ourlés|bordes con dobladillo|bordi orlati|縁縫い仕上げ|锁边
double stitched edges|doppelt genähte Kanten|bords à double couture|bordes de doble costura|bordi a doppia cucitura|縁は二重縫い|双线包边
reinforced seams|verstärkte Nähte|coutures renforcées|costuras reforzadas|cuciture rinforzate|補強縫製|加固缝线
hanging loop|Aufhänger|attache|trabilla para colgar|asola per appendere|吊り下げループ|挂环
with hanging loop|mit Aufhänger|avec attache|con trabilla para colgar|con asola per appendere|吊り下げループ付き|带挂环
two pockets|zwei Taschen|deux poches|dos bolsillos|due tasche|ポケット二つ|两个口袋
with two pockets|mit zwei Taschen|avec deux poches|con dos bolsillos|con due tasche|ポケット二つ付き|带两个口袋
adjustable neck strap|verstellbares Nackenband|tour de cou réglable|cinta de cuello ajustable|laccio al collo regolabile|調節できる首ひも|可调节挂脖带
adjustable straps|verstellbare Träger|bretelles réglables|tirantes ajustables|bretelle regolabili|調節できるひも|可调节肩带
one size|Einheitsgröße|taille unique|talla única|taglia unica|フリーサイズ|均码
one size fits most|Einheitsgröße|taille unique|talla única|taglia unica|フリーサイズ|均码
carry handle|Tragegriff|poignée de transport|asa de transporte|manico per il trasporto|持ち手付き|提手
water repellent|wasserabweisend|déperlant|repelente al agua|idrorepellente|撥水|防泼水
water repellent back|wasserabweisende Rückseite|envers déperlant|reverso repelente al agua|retro idrorepellente|撥水加工の裏面|防泼水底面
waterproof back|wasserdichte Rückseite|envers imperméable|reverso impermeable|retro impermeabile|防水加工の裏面|防水底面
non slip|rutschfest|antidérapant|antideslizante|antiscivolo|滑り止め付き|防滑
non slip back|rutschfeste Rückseite|envers antidérapant|reverso antideslizante|retro antiscivolo|滑り止め付きの裏面|防滑底面
sand free|sandabweisend|ne retient pas le sable|repele la arena|non trattiene la sabbia|砂がつきにくい|不易沾沙
wipe clean|abwischbar|nettoyage d'un coup d'éponge|se limpia con un paño|si pulisce con un panno|拭き取り可能|可擦拭
heat resistant|hitzebeständig|résistance à la chaleur|resistencia al calor|resistenza al calore|耐熱|耐热
heat resistant up to {m}|hitzebeständig bis {m}|résistance à la chaleur jusqu'à {m}|resistencia al calor hasta {m}|resistenza al calore fino a {m}|{m}まで耐熱|耐热至{m}
heat resistant to {m}|hitzebeständig bis {m}|résistance à la chaleur jusqu'à {m}|resistencia al calor hasta {m}|resistenza al calore fino a {m}|{m}まで耐熱|耐热至{m}
gift box|Geschenkbox|coffret cadeau|caja de regalo|confezione regalo|ギフトボックス入り|礼盒装
in gift box|in Geschenkbox|en coffret cadeau|en caja de regalo|in confezione regalo|ギフトボックス入り|礼盒装
in a gift box|in einer Geschenkbox|en coffret cadeau|en una caja de regalo|in confezione regalo|ギフトボックス入り|礼盒装
comes in a gift box|in einer Geschenkbox geliefert|livré en coffret cadeau|se entrega en una caja de regalo|consegnato in confezione regalo|ギフトボックス入りでお届け|礼盒包装
for everyday use|für den täglichen Gebrauch|pour un usage quotidien|para el uso diario|per l'uso quotidiano|普段使いに|日常使用
for drying dishes|zum Abtrocknen von Geschirr|pour essuyer la vaisselle|para secar los platos|per asciugare i piatti|食器拭きに|用于擦干餐具
ideal for drying dishes|ideal zum Abtrocknen von Geschirr|idéal pour essuyer la vaisselle|ideal para secar los platos|ideale per asciugare i piatti|食器拭きに最適|适合擦干餐具
for washing dishes|zum Geschirrspülen|pour laver la vaisselle|para lavar los platos|per lavare i piatti|食器洗いに|用于洗碗
for cleaning|zum Putzen|pour le nettoyage|para la limpieza|per le pulizie|お掃除に|用于清洁
for {p}|für {p}|pour {p}|para {p}|per {p}|{p}用|适用于{p}
ideal for {p}|ideal für {p}|idéal pour {p}|ideal para {p}|ideale per {p}|{p}に最適|适合{p}
perfect for {p}|ideal für {p}|idéal pour {p}|ideal para {p}|ideale per {p}|{p}に最適|适合{p}
great for {p}|gut geeignet für {p}|parfait pour {p}|adecuado para {p}|adatto per {p}|{p}におすすめ|适合{p}
suitable for {p}|geeignet für {p}|convient pour {p}|adecuado para {p}|adatto per {p}|{p}に適した仕様|适用于{p}
gift for {p}|Geschenk für {p}|cadeau pour {p}|regalo para {p}|regalo per {p}|{p}への贈り物|送给{p}的礼物
ideal gift for {p}|ideales Geschenk für {p}|cadeau idéal pour {p}|regalo ideal para {p}|regalo ideale per {p}|{p}への贈り物に最適|送给{p}的理想礼物
fits a table for {n} people|passt auf einen Tisch für {n} Personen|pour une table de {n} personnes|para una mesa de {n} personas|per un tavolo da {n} persone|{n}人用テーブルに対応|适合{n}人餐桌
for {n} people|für {n} Personen|pour {n} personnes|para {n} personas|per {n} persone|{n}人用|适合{n}人
certified by {t}|zertifiziert nach {t}|certifié {t}|certificado por {t}|certificato {t}|{t}認証取得|通过{t}认证
{t} certified|zertifiziert nach {t}|certifié {t}|certificado {t}|certificato {t}|{t}認証取得|通过{t}认证
certified to {t}|zertifiziert nach {t}|certifié {t}|certificado según {t}|certificato {t}|{t}認証取得|通过{t}认证
tested to {t}|geprüft nach {t}|testé selon {t}|probado según {t}|testato secondo {t}|{t}に基づく試験済み|按{t}检测
certificate valid until {d}|Zertifikat gültig bis {d}|certificat valable jusqu'au {d}|certificado válido hasta el {d}|certificato con scadenza {d}|証明書の有効期限：{d}|证书有效期至{d}
valid until {d}|gültig bis {d}|valable jusqu'au {d}|válido hasta el {d}|scadenza: {d}|有効期限：{d}|有效期至{d}
available from {d}|verfügbar ab {d}|disponible à partir du {d}|disponible a partir del {d}|disponibilità: {d}|{d}より販売|{d}起供应
tested on {d}|geprüft am {d}|testé le {d}|probado el {d}|data del test: {d}|{d}に試験済み|{d}检测
new since {d}|neu seit {d}|nouveau depuis le {d}|nuevo desde el {d}|novità: {d}|{d}発売|{d}上市
{d}|{d}|{d}|{d}|{d}|{d}|{d}
"""
