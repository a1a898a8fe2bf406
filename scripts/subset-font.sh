#!/usr/bin/env bash
# Rebuild the two bundled fonts from Debian's Noto Sans CJK:
#
#   assets/fonts/NotoSansSC-Subset.otf         Regular: body text, SC + TC + JP coverage
#   assets/fonts/NotoSansSC-Medium-Subset.otf  Medium: headings and buttons, level-1 hanzi only
#   assets/fonts/LICENSE-OFL.txt               the licence, from the Debian copyright file
#
# Usage:   scripts/subset-font.sh [--sample]
#            --sample   also render sample text to $WORK/sample-*.png for a look
# Needs:   a Debian-like system with apt and pip access (no root needed: the .debs
#          are downloaded and unpacked, not installed).
#          First run downloads ~190 MB into $WORK; later runs reuse it.
# Env:     WORK     scratch directory      (default ${TMPDIR:-/tmp}/dingcomposer-fonts)
#          PYTHON   python3 with venv      (default python3)
#          HINTING  1 keeps the CFF hints  (default 1: crisper at small sizes, 0.4 MB more. epaint 0.37
#                   hints CFF outlines by default, so on a 1x screen hinted text has
#                   crisper horizontal strokes at 13-16 px)
#          MEDIUM   "full" gives Medium the same characters as Regular (default "level1";
#                   grows to 2.4 MB, but Traditional/Japanese headings keep one weight)
#
# What is done to the font:
#   * the "Noto Sans CJK SC" face is taken out of the TTC *by name*, not by index;
#   * glyphs are limited to the character lists below (REGULAR, MEDIUM); the hanzi lists come
#     from Python's own codecs (gb2312, big5, euc_jp), so nothing has to be downloaded;
#   * CFF hints are removed, and only kern and ccmp layout is kept (no locl, vert, palt,
#     no aalt): egui sets horizontal text, and alternates would drag thousands of glyphs in;
#   * no combining accents: Noto CJK has them but lacks most Latin Extended-A letters, so a
#     shaper would build e.g. a misplaced Z + caron instead of using the next font's letter;
#   * the vertical metrics tables (VORG, vhea, vmtx, BASE) are dropped for the same reason;
#   * subroutines stay: desubroutinizing makes Regular 65 KB larger and Medium 5 KB smaller;
#   * the family is renamed "DingComposer Sans SC ..." so that it cannot be mistaken for,
#     or clash with, a complete Noto Sans CJK installed on the same machine.
# The build is deterministic: same .deb + same fontTools version = same bytes.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/assets/fonts
WORK=${WORK:-${TMPDIR:-/tmp}/dingcomposer-fonts}
PYTHON=${PYTHON:-python3}
FONTTOOLS=4.68.0
PILLOW=13.0.0
SAMPLE=0
case "${1:-}" in
  '') ;;
  --sample) SAMPLE=1 ;;
  *) sed -n '2,/^set -euo/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
esac

mkdir -p "$WORK/debs" "$WORK/unpacked" "$OUT"

# --- the source fonts -------------------------------------------------------------------
fetch_deb() { # package; leaves its files below $WORK/unpacked
  local deb
  if ! compgen -G "$WORK/debs/$1_*.deb" >/dev/null; then
    (cd "$WORK/debs" && apt-get download -q "$1")
  fi
  deb=$(compgen -G "$WORK/debs/$1_*.deb" | sort | tail -n 1)
  [ -e "$WORK/unpacked/.$1" ] && return
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$WORK/unpacked" --wildcards \
    './usr/share/fonts/opentype/noto/NotoSansCJK-*' "./usr/share/doc/*"
  dpkg-deb -f "$deb" Version >"$WORK/unpacked/.$1"
}
fetch_deb fonts-noto-cjk        # Regular, Bold, copyright file
fetch_deb fonts-noto-cjk-extra  # Medium
NOTO=$WORK/unpacked/usr/share/fonts/opentype/noto
echo "fonts-noto-cjk $(cat "$WORK/unpacked/.fonts-noto-cjk")"

# --- the tools --------------------------------------------------------------------------
if [ ! -x "$WORK/venv/bin/python" ]; then "$PYTHON" -m venv "$WORK/venv"; fi
PY=$WORK/venv/bin/python
"$PY" -m pip install -q --disable-pip-version-check "fonttools==$FONTTOOLS" "pillow==$PILLOW"

# --- the licence ------------------------------------------------------------------------
{
  echo 'NotoSansSC-Subset.otf and NotoSansSC-Medium-Subset.otf in this directory are subsets'
  echo '(Modified Versions) of Noto Sans CJK SC. The name table of the originals says:'
  echo
  echo '© 2014-2021 Adobe (http://www.adobe.com/).'
  echo 'Noto is a trademark of Google Inc.'
  echo
  echo "Debian's copyright file for the package (fonts-noto-cjk) says:"
  echo
  echo 'Copyright: 2010-2012, Google Corporation'
  echo
  echo 'This Font Software is licensed under the SIL Open Font License, Version 1.1.'
  echo 'The licence is copied below and is also available at https://openfontlicense.org'
  echo
  echo
  awk '/^License: SIL-1.1$/ {seen++; take = 1; next} /^License:/ {take = 0} take && seen' \
    "$WORK/unpacked/usr/share/doc/fonts-noto-cjk/copyright" |
    awk '/SIL OPEN FONT LICENSE|-----/ {go = 1} go' | sed 's/^ //; s/^\.$//' |
    sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
} >"$OUT/LICENSE-OFL.txt"
grep -q 'PERMISSION & CONDITIONS' "$OUT/LICENSE-OFL.txt"
grep -q 'OTHER DEALINGS IN THE FONT SOFTWARE' "$OUT/LICENSE-OFL.txt"

# --- subset, then check -----------------------------------------------------------------
export HINTING=${HINTING:-1} MEDIUM=${MEDIUM:-level1}
NOTO=$NOTO OUT=$OUT WORK=$WORK SAMPLE=$SAMPLE "$PY" - <<'PY'
import os
from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

NOTO, OUT, WORK = (os.environ[k] for k in ("NOTO", "OUT", "WORK"))


def span(*pairs):
    return {c for a, b in pairs for c in range(a, b + 1)}


def two_byte(codec, leads, trails):
    """Every single character the codec decodes from lead, trail byte pairs."""
    got = set()
    for a in leads:
        for b in trails:
            try:
                s = bytes((a, b)).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(s) == 1:
                got.add(ord(s))
    return got


HI = range(0xA1, 0xFF)
BIG5_TRAIL = [*range(0x40, 0x7F), *HI]
gb_l1 = two_byte("gb2312", range(0xB0, 0xD8), HI)
gb_all = two_byte("gb2312", range(0xB0, 0xF8), HI)
gb_sym = two_byte("gb2312", range(0xA1, 0xAA), HI)
big5_l1 = {
    ord(bytes((a, b)).decode("big5"))
    for a in range(0xA4, 0xC7)
    for b in BIG5_TRAIL
    if (a << 8 | b) <= 0xC67E
}
big5_sym = two_byte("big5", range(0xA1, 0xA4), BIG5_TRAIL)
jis_l1 = two_byte("euc_jp", range(0xB0, 0xD0), HI)
jis_sym = two_byte("euc_jp", range(0xA1, 0xA9), HI)
# A hand-picked, not exhaustive, list of characters outside (some of) the lists above that
# turn up in personal names and messages: mainland given names, Japanese names and joyo
# kanji of JIS level 2, Cantonese.
extra = {ord(c) for c in "喆堃犇淼骉麤燚焱煊煜玥珺昇祎祎赟頔翀翾晞昕昀旻旸暄曈珩珣琰琎瑄瑀璟瓛烜炜垚堉崟嵘"
                           "嵚峣屾岽峂峃偲俶倞怡恺愔懋憬揆掞斓濛溍漪滢潇澔灏沄沁沅泠洺浛涵淏湉湲"
                           "禛禧稹筱筠箬箐菡萱蓁蕙薇蘅藜诩谞赪轲轶逄逯遨邈郗郄鄢鄯钊钰铖锴镕镠闫闳阚"
                           "靓鞠韫韬頫颀颉颢飏馥骁骢鲲鹍鹓鹮麒麓龑龢"
                           "叱塡剝頰餅餌匂峠辻畑栃枠込働搾腺膵塀俣凪凧喰噺嬉彅榊橋槙樫櫻澤濱邊邉齊齋髙﨑"
                           "囧槑嘅咗嘢冇佢啲嚟喺唔瞓攰搵揾粵麵裏綫眾衞羣峯牀"}

LATIN = span((0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x17F))
PUNCT = span((0x2000, 0x206F), (0x20A0, 0x20CF), (0x2100, 0x218F), (0x2190, 0x21FF))
SYMBOLS = span((0x2200, 0x22FF), (0x2300, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x257F),
               (0x2580, 0x259F), (0x25A0, 0x25FF), (0x2600, 0x26FF), (0x2700, 0x27BF),
               (0x2900, 0x297F), (0x2B00, 0x2BFF))
PINYIN = {ord(c) for c in "ǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǸǹḾḿɑɡ"} | span((0x2C6, 0x2DD))
CJK_SYM = span((0x3000, 0x303F), (0x3100, 0x312F), (0x31A0, 0x31BF), (0x3200, 0x33FF))
KANA = span((0x3040, 0x30FF), (0x31F0, 0x31FF))
WIDTH = span((0xFF00, 0xFFEF), (0xFE10, 0xFE1F), (0xFE30, 0xFE4F))
# the alphabets that the three standards carry as symbols
GREEK_CYRILLIC = {c for c in gb_sym | big5_sym | jis_sym if 0x370 <= c <= 0x4FF}

REGULAR = (LATIN | PUNCT | SYMBOLS | PINYIN | CJK_SYM | KANA | WIDTH | GREEK_CYRILLIC
           | gb_sym | big5_sym | jis_sym | gb_all | big5_l1 | jis_l1 | extra)
MEDIUM = (span((0x20, 0x7E), (0xA0, 0xFF)) | span((0x2010, 0x2027), (0x2030, 0x205E))
          | span((0x2190, 0x2199)) | span((0x2460, 0x2473)) | span((0x3000, 0x3017))
          | span((0xFF01, 0xFF5E), (0xFFE0, 0xFFE6)) | {0x20AC, 0x2116, 0x2122, 0x2713, 0x25CF, 0x25CB,
             0x25A0, 0x25A1, 0x25B2, 0x25B6, 0x25BC, 0x25C0, 0x2605, 0x2606, 0x30FB} | gb_l1)
if os.environ["MEDIUM"] == "full":
    MEDIUM = REGULAR

REPORT = [
    ("ASCII", span((0x20, 0x7E))), ("Latin-1", span((0xA0, 0xFF))), ("Latin Extended-A", span((0x100, 0x17F))),
    ("General punctuation", span((0x2000, 0x206F))), ("Arrows", span((0x2190, 0x21FF))),
    ("Mathematical operators", span((0x2200, 0x22FF))), ("Enclosed alphanumerics", span((0x2460, 0x24FF))),
    ("Box drawing", span((0x2500, 0x257F))), ("Geometric shapes", span((0x25A0, 0x25FF))),
    ("CJK symbols/punctuation", span((0x3000, 0x303F))), ("Hiragana + katakana", span((0x3041, 0x3096), (0x3099, 0x30FF))),
    ("Half/fullwidth forms", WIDTH & span((0xFF01, 0xFFEE))),
    ("GB2312 level 1", gb_l1), ("GB2312 hanzi", gb_all), ("GB2312 symbols", gb_sym),
    ("Big5 level 1", big5_l1), ("Big5 symbols", big5_sym),
    ("JIS X 0208 level 1", jis_l1), ("JIS X 0208 symbols", jis_sym),
]
assert (len(gb_l1), len(gb_all), len(big5_l1), len(jis_l1)) == (3755, 6763, 5401, 2965)


def take(ttc, face):
    for font in TTCollection(os.path.join(NOTO, ttc), lazy=True).fonts:
        if font["name"].getDebugName(4) == face:
            return font
    raise SystemExit(f"{ttc}: no face named {face}")


def build(ttc, face, wanted, family, style, filename):
    font = take(ttc, face)
    cmap = font.getBestCmap()
    o = subset.Options()
    o.hinting = os.environ["HINTING"] == "1"
    o.desubroutinize = False
    o.layout_features = ["ccmp", "kern"]
    o.layout_scripts = ["DFLT", "latn", "hani", "kana", "cyrl", "grek"]
    o.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "DSIG"]
    o.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    o.name_languages = [0x409]
    o.glyph_names = False
    o.notdef_outline = True
    o.recalc_timestamp = False
    o.recalc_average_width = False
    o.prune_unicode_ranges = True
    s = subset.Subsetter(o)
    s.populate(unicodes=wanted & cmap.keys())
    s.subset(font)
    font.recalcTimestamp = False
    full = f"{family} {style}".replace(" Regular", "")
    ps = family.replace(" ", "") + "-" + style
    for rec in list(font["name"].names):
        text = {1: full, 2: "Regular", 3: f"2.004;{ps}", 4: full, 6: ps}.get(rec.nameID)
        if text is not None:
            font["name"].setName(text, rec.nameID, rec.platformID, rec.platEncID, rec.langID)
    cff = font["CFF "].cff
    cff.fontNames = [ps]
    top = cff.topDictIndex[0]
    for key, value in (("FullName", full), ("FamilyName", full)):
        if key in top.rawDict:
            setattr(top, key, value)
    path = os.path.join(OUT, filename)
    font.save(path)
    return path, cmap


def check(path, source_cmap, wanted, must, limit):
    font = TTFont(path, lazy=False)
    for tag in font.keys():
        font[tag]                                   # every table parses
    cmap = font.getBestCmap()
    glyphs = font.getGlyphSet()
    from fontTools.pens.boundsPen import ControlBoundsPen
    boxes = {}
    for cp, g in cmap.items():                      # every charstring runs
        pen = ControlBoundsPen(glyphs)
        glyphs[g].draw(pen)
        boxes[cp] = pen.bounds
    hanzi = [c for c in cmap if 0x4E00 <= c <= 0x9FFF]
    empty = [c for c in hanzi if boxes[c] is None]
    assert not empty, empty
    assert all(font["hmtx"][cmap[c]][0] == 1000 for c in hanzi)
    head, hhea, os2 = font["head"], font["hhea"], font["OS/2"]
    assert head.unitsPerEm == 1000 and hhea.ascent == 1160 and hhea.descent == -288
    size = os.path.getsize(path)
    print(f"\n{os.path.basename(path)}: {size:,} bytes ({size / 2**20:.2f} MiB), "
          f"{font['maxp'].numGlyphs} glyphs, {len(cmap)} characters, {len(hanzi)} URO ideographs")
    print(f"  upem {head.unitsPerEm}, hhea {hhea.ascent}/{hhea.descent}/{hhea.lineGap}, "
          f"typo {os2.sTypoAscender}/{os2.sTypoDescender}, weight {os2.usWeightClass}, "
          f"name {font['name'].getDebugName(4)!r}, tables {' '.join(font.keys()[1:])}")
    feats = {t: sorted({r.FeatureTag for r in font[t].table.FeatureList.FeatureRecord}) for t in ("GSUB", "GPOS") if t in font}
    print(f"  layout {feats}")
    for label, chars in REPORT:
        have, possible = len(chars & cmap.keys()), len(chars & source_cmap.keys())
        print(f"  {label:26} {have:5} / {len(chars):5}" + ("" if possible == len(chars) else f"   (full Noto has {possible})"))
    for label, chars in REPORT:
        if label in must:
            assert chars <= cmap.keys(), (label, sorted(chars - cmap.keys())[:20])
    assert wanted & source_cmap.keys() == cmap.keys()
    assert size <= limit, f"{size} bytes is over the limit of {limit}"


p, c = build("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", REGULAR,
             "DingComposer Sans SC", "Regular", "NotoSansSC-Subset.otf")
check(p, c, REGULAR, {"ASCII", "Latin-1", "GB2312 hanzi", "Big5 level 1", "JIS X 0208 level 1", "Hiragana + katakana"}, 5_000_000)
p2, c2 = build("NotoSansCJK-Medium.ttc", "Noto Sans CJK SC Medium", MEDIUM,
               "DingComposer Sans SC", "Medium", "NotoSansSC-Medium-Subset.otf")
check(p2, c2, MEDIUM, {"ASCII", "Latin-1", "GB2312 level 1"}, 3_000_000 if MEDIUM is REGULAR else 2_500_000)

if os.environ["SAMPLE"] == "1":
    from PIL import Image, ImageDraw, ImageFont
    lines = ["蚂蚁分工 螞蟻分工 アリの分業 Ant division", "发送工作通知、互动卡片（共 128 人）——“已送达”",
             "DingTalk 釘釘 ディントーク ①②③ → ≤ ≥ ● ■ ┌─┐ Ａ１ ｱｲｳ café"]
    for path, tag in ((p, "regular"), (p2, "medium")):
        img = Image.new("RGB", (980, 420), "white")
        d = ImageDraw.Draw(img)
        y = 14
        for px in (14, 20, 32):
            f = ImageFont.truetype(path, px)
            for t in lines:
                d.text((16, y), t, font=f, fill="#1d2129")
                y += int(px * 1.5)
            y += 12
        img.save(os.path.join(WORK, f"sample-{tag}.png"))
        print("sample:", os.path.join(WORK, f"sample-{tag}.png"))
PY
