package main

import "strings"

// iso3166 is ISO 3166-1: the two letters of each code and then its three.
const iso3166 = `
ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT
AUAUS AWABW AXALA AZAZE
BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN
BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ
CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL
CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE
DEDEU DJDJI DKDNK DMDMA DODOM DZDZA
ECECU EEEST EGEGY EHESH ERERI ESESP ETETH
FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA
GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP
GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY
HKHKG HMHMD HNHND HRHRV HTHTI HUHUN
IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA
JEJEY JMJAM JOJOR JPJPN
KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ
LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY
MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC
MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ
NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL
OMOMN
PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT
PWPLW PYPRY
QAQAT
REREU ROROU RSSRB RURUS RWRWA
SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR
SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ
TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR
TTTTO TVTUV TWTWN TZTZA
UAUKR UGUGA UMUMI USUSA UYURY UZUZB
VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT
WFWLF WSWSM
YEYEM YTMYT
ZAZAF ZMZMB ZWZWE
`

// alpha2 returns the code that each feature is drawn for, by the source's three letters. Those that ISO does not know are
// land without a code of its own. It goes to the member state of the United Nations that it is internationally held to
// belong to, and where that is in dispute (KAS) to the one that administers it.
func alpha2() map[string]string {
	codes := map[string]string{
		"XKX": "XK", // Kosovo: not in ISO 3166-1, but what the European Union and every table of addresses use
		"SOL": "SO", // Somaliland
		"CYN": "CY", // Northern Cyprus
		"KAS": "IN", // Siachen Glacier, which Pakistan claims
		"ATC": "AU", // Ashmore and Cartier Islands
		"IOA": "CX", // Indian Ocean Territories: Christmas Island; the Cocos Islands are cut out by cutouts
	}
	for five := range strings.FieldsSeq(iso3166) {
		codes[five[2:]] = five[:2]
	}
	return codes
}

// A cutout is a box of a feature that has a code of its own, in which addresses are registered: an attack from Guadeloupe
// must not light up Paris.
type cutout struct {
	alpha3                   string
	west, south, east, north float64
	code                     string
}

func cutouts() []cutout {
	return []cutout{
		{"FRA", -55, 2, -51, 6, "GF"},
		{"FRA", -62, 15.7, -61, 16.7, "GP"},
		{"FRA", -61.5, 14.2, -60.5, 15.1, "MQ"},
		{"FRA", 55, -22, 56.2, -20.5, "RE"},
		{"FRA", 44.8, -13.2, 45.5, -12.4, "YT"},
		{"NOR", 10, 74, 34, 81, "SJ"},           // Svalbard with Bear Island
		{"NOR", -9.5, 70.5, -7.5, 71.5, "SJ"},   // Jan Mayen
		{"NLD", -69, 11.8, -68, 12.6, "BQ"},     // Bonaire
		{"NLD", -63.5, 17.3, -62.8, 17.8, "BQ"}, // Saba, Sint Eustatius
		{"NZL", -173, -10, -171, -8, "TK"},
		{"IOA", 96, -13, 97.5, -11, "CC"},
	}
}

// codeOf returns the code of one polygon of a feature.
func codeOf(f feature, p polygon, codes map[string]string) (string, bool) {
	if len(p) > 0 && len(p[0]) > 0 {
		at := p[0][0]
		for _, c := range cutouts() {
			if c.alpha3 == f.alpha3 && c.west <= at.lon && at.lon <= c.east && c.south <= at.lat && at.lat <= c.north {
				return c.code, true
			}
		}
	}
	code, ok := codes[f.alpha3]
	return code, ok
}

// places returns where the codes are that have no shape at this scale, in degrees.
func places() map[string]point {
	return map[string]point{
		"BV": {3.36, -54.42},   // Bouvet Island
		"CC": {96.83, -12.17},  // Cocos (Keeling) Islands
		"GI": {-5.35, 36.14},   // Gibraltar
		"MC": {7.42, 43.74},    // Monaco
		"TK": {-171.85, -9.20}, // Tokelau: Nukunonu and Fakaofo
		"TV": {179.20, -8.52},  // Tuvalu: Funafuti
		"UM": {166.63, 19.29},  // United States Minor Outlying Islands: Wake
		"VA": {12.45, 41.90},   // Vatican City
	}
}
