"""Cut Inter down to what a page of ops needs. Usage: subset.py SOURCE.otf TARGET.otf (needs fontTools)"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont

UNICODES = [
    (0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x370, 0x3FF), (0x400, 0x45F), (0x490, 0x491), (0x1E9E, 0x1E9E),
    (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030), (0x2032, 0x2033),
    (0x2039, 0x203A), (0x2044, 0x2044), (0x2070, 0x2079), (0x20AC, 0x20AC), (0x2190, 0x2193), (0x2212, 0x2212),
    (0x2236, 0x2236), (0x2248, 0x2248), (0x2264, 0x2265), (0x2423, 0x2423), (0x25A1, 0x25A1), (0x25C6, 0x25C6),
]

font = TTFont(sys.argv[1])

# What the feature "tnum" would do: digits of one width.
tabular = {}
for feature in font["GSUB"].table.FeatureList.FeatureRecord:
    if feature.FeatureTag == "tnum":
        for i in feature.Feature.LookupListIndex:
            for table in font["GSUB"].table.LookupList.Lookup[i].SubTable:
                tabular.update(getattr(table, "ExtSubTable", table).mapping)
for table in font["cmap"].tables:
    if table.isUnicode():
        for digit in range(0x30, 0x3A):
            table.cmap[digit] = tabular.get(table.cmap[digit], table.cmap[digit])  # tables may share one map
        table.cmap[0x2236] = "uni003A.case"

options = subset.Options()
options.hinting = False
options.glyph_names = False
options.notdef_outline = True
options.name_IDs = [0, 1, 2, 5, 13, 14]
options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "STAT"]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=[u for a, b in UNICODES for u in range(a, b + 1)])
subsetter.subset(font)
font.recalcTimestamp = False
font.save(sys.argv[2])
