package bcda

// States and territories as words of four characters: uspsFIPS has the letters
// of the Postal Service and the FIPS code (INCITS 38); ssaUSPS has the code of the
// Social Security Administration, which v1 and v2 send, and the letters.
//
// The SSA codes are those of the CCW's STATE_CD and of the map in CMS's server of
// v3. Codes 54 to 63 are foreign and not listed. Codes 66 to 80, and those that
// begin with a letter, are assigned to providers of states whose numbers have run
// out (PRVDR_STATE_CD of the CCW). 55 is ambiguous and not listed: it is Asia for a
// beneficiary and California for a provider.
const (
	uspsFIPS = "" +
		"AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17 IN18 IA19 KS20 KY21 LA22 ME23 " +
		"MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31 NV32 NH33 NJ34 NM35 NY36 NC37 ND38 OH39 OK40 OR41 PA42 RI44 " +
		"SC45 SD46 TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56 AS60 FM64 GU66 MH68 MP69 PW70 PR72 UM74 VI78 "
	ssaUSPS = "" +
		"01AL 02AK 03AZ 04AR 05CA 06CO 07CT 08DE 09DC 10FL 11GA 12HI 13ID 14IL 15IN 16IA 17KS 18KY 19LA 20ME " +
		"21MD 22MA 23MI 24MN 25MS 26MO 27MT 28NE 29NV 30NH 31NJ 32NM 33NY 34NC 35ND 36OH 37OK 38OR 39PA 40PR " +
		"41RI 42SC 43SD 44TN 45TX 46UT 47VT 48VI 49VA 50WA 51WV 52WI 53WY 64AS 65GU 66MP 67TX 68FL 69FL 70KS " +
		"71LA 72OH 73PA 74TX 80MD 97MP 98GU 99AS A0CA A1CA A2FL A3LA A4MI A5MS A6OH A7PA A8TN A9TX B0KY B1WV " +
		"B2CA "
)

// FIPSState returns the FIPS code of a state, given its SSA code or its letters,
// or "" if there is none.
func FIPSState(code []byte) string {
	return lookUp(uspsFIPS, USPSState(code))
}

// USPSState returns the letters of a state, given its SSA code. It returns two
// letters in uppercase, and "" for anything else.
func USPSState(code []byte) string {
	var key [2]byte
	switch len(code) {
	case 1:
		key = [2]byte{'0', code[0]}
	case 2:
		key = [2]byte{capital(code[0]), capital(code[1])}
	default:
		return ""
	}
	if isCapital(key[0]) && isCapital(key[1]) {
		return string(key[:])
	}
	return lookUp(ssaUSPS, string(key[:]))
}

func capital(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

// lookUp returns the last two characters of the word that begins with a key of
// two characters, or "".
func lookUp(words, key string) string {
	for i := 0; i < len(words) && len(key) == 2; i += len("AL01 ") {
		if words[i:i+2] == key {
			return words[i+2 : i+4]
		}
	}
	return ""
}
