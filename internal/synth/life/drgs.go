package life

// A stayKind is a reason for a hospital stay: an MS-DRG and what goes with it.
type stayKind struct {
	DRG        string
	weight     int // relative weight, in thousandths
	days       int // mean length of stay, in tenths
	diagnoses  []string
	procedure  string // ICD-10-PCS, empty for a medical stay
	elective   int    // per thousand admissions
	afterwards int    // per thousand discharges to a skilled nursing facility
	needs      int    // Condition that makes it likely, or anybody
}

const anybody = -1

// stayKinds are the common MS-DRGs of Medicare's inpatient claims, with round
// weights and stays like those of CMS's table 5 for fiscal year 2024, and how many of
// a thousand admissions each has, from memory.
var stayKinds = []share[stayKind]{
	{62, stayKind{"871", 1950, 64, []string{"A419", "A4151", "A4181"}, "", 10, 280, anybody}},
	{44, stayKind{"291", 1290, 52, []string{"I130", "I110", "I5033"}, "", 20, 170, int(HeartFailure)}},
	{24, stayKind{"189", 1190, 47, []string{"J9601", "J9621"}, "", 10, 160, int(LungDisease)}},
	{22, stayKind{"193", 1310, 52, []string{"J189", "J159"}, "", 10, 210, anybody}},
	{20, stayKind{"177", 1850, 62, []string{"J690", "U071"}, "", 10, 260, anybody}},
	{20, stayKind{"690", 800, 36, []string{"N390"}, "", 10, 260, anybody}},
	{12, stayKind{"689", 1120, 48, []string{"N390", "N10"}, "", 10, 280, anybody}},
	{22, stayKind{"683", 910, 38, []string{"N179"}, "", 10, 220, int(KidneyDisease)}},
	{16, stayKind{"682", 1480, 54, []string{"N179", "N170"}, "", 10, 250, int(KidneyDisease)}},
	{20, stayKind{"065", 1020, 37, []string{"I639", "I6350"}, "", 10, 260, anybody}},
	{14, stayKind{"064", 2000, 58, []string{"I639", "I6349"}, "", 10, 330, anybody}},
	{20, stayKind{"872", 1040, 42, []string{"A419"}, "", 10, 190, anybody}},
	{18, stayKind{"280", 1610, 50, []string{"I214", "I2109"}, "", 10, 150, int(HeartDisease)}},
	{10, stayKind{"281", 960, 31, []string{"I214"}, "", 20, 80, int(HeartDisease)}},
	{20, stayKind{"392", 780, 32, []string{"K5792", "K529", "A0472"}, "", 20, 90, anybody}},
	{12, stayKind{"391", 1240, 45, []string{"K5720", "A0472"}, "", 20, 140, anybody}},
	{20, stayKind{"190", 1130, 45, []string{"J441", "J440"}, "", 10, 130, int(LungDisease)}},
	{14, stayKind{"378", 1000, 36, []string{"K922", "K5521"}, "", 20, 110, anybody}},
	{9, stayKind{"377", 1830, 54, []string{"K922", "K254"}, "", 20, 160, anybody}},
	{12, stayKind{"309", 770, 29, []string{"I4891", "I480"}, "", 60, 80, int(Fibrillation)}},
	{10, stayKind{"308", 1200, 44, []string{"I4891", "I472"}, "", 40, 150, int(Fibrillation)}},
	{12, stayKind{"603", 850, 39, []string{"L03115", "L03116"}, "", 10, 150, anybody}},
	{10, stayKind{"312", 830, 33, []string{"R55", "I951"}, "", 10, 160, anybody}},
	{10, stayKind{"640", 1230, 44, []string{"E871", "E860"}, "", 10, 210, anybody}},
	{9, stayKind{"638", 890, 35, []string{"E1165", "E1110"}, "", 10, 100, int(Diabetes)}},
	{9, stayKind{"637", 1400, 49, []string{"E1110", "E11649"}, "", 10, 140, int(Diabetes)}},
	{9, stayKind{"057", 1220, 52, []string{"G309", "G20A1"}, "", 20, 380, int(Dementia)}},
	{9, stayKind{"948", 790, 33, []string{"R531", "R4182"}, "", 10, 300, anybody}},
	{8, stayKind{"552", 930, 38, []string{"S32010A", "M4856XA"}, "", 10, 330, anybody}},
	{8, stayKind{"389", 850, 41, []string{"K56609"}, "", 20, 90, anybody}},
	{8, stayKind{"175", 1480, 45, []string{"I2699"}, "", 10, 100, anybody}},
	{8, stayKind{"439", 860, 37, []string{"K8590"}, "", 10, 60, anybody}},
	{7, stayKind{"101", 890, 33, []string{"R569"}, "", 10, 180, anybody}},
	{6, stayKind{"811", 1380, 47, []string{"D649", "D500"}, "", 40, 110, anybody}},
	{6, stayKind{"917", 1480, 47, []string{"T40601A"}, "", 10, 150, int(Depression)}},
	{6, stayKind{"870", 6400, 138, []string{"A419"}, "5A1955Z", 10, 380, anybody}},
	{5, stayKind{"208", 2550, 68, []string{"J9601"}, "5A1945Z", 10, 260, int(LungDisease)}},
	{20, stayKind{"470", 1890, 21, []string{"M1611", "M1712"}, "0SR9019", 930, 180, int(Arthritis)}},
	{16, stayKind{"522", 2150, 48, []string{"S72001A", "S72142A"}, "0SRR01Z", 20, 620, anybody}},
	{14, stayKind{"481", 2150, 49, []string{"S72142A", "S72141A"}, "0QS634Z", 20, 660, anybody}},
	{10, stayKind{"321", 2950, 44, []string{"I214", "I25110"}, "027034Z", 180, 60, int(HeartDisease)}},
	{9, stayKind{"322", 1950, 22, []string{"I25110", "I214"}, "027034Z", 350, 20, int(HeartDisease)}},
	{10, stayKind{"266", 6300, 32, []string{"I350"}, "02RF38Z", 900, 70, int(HeartDisease)}},
	{5, stayKind{"236", 4100, 61, []string{"I2510"}, "021209W", 500, 170, int(HeartDisease)}},
	{9, stayKind{"330", 2500, 58, []string{"C189", "K5720"}, "0DTN0ZZ", 600, 130, int(Cancer)}},
	{7, stayKind{"329", 4900, 111, []string{"C189", "K631"}, "0DTG0ZZ", 380, 280, int(Cancer)}},
	{8, stayKind{"454", 5900, 40, []string{"M4806", "M4316"}, "0SG00A0", 900, 220, int(Pain)}},
	{7, stayKind{"853", 4800, 108, []string{"A419"}, "0DB68ZX", 10, 330, anybody}},
	{5, stayKind{"243", 2600, 36, []string{"I495", "I442"}, "02H63JZ", 250, 110, int(Fibrillation)}},
	{5, stayKind{"252", 3300, 62, []string{"I70261", "E1152"}, "04CK0ZZ", 300, 220, int(Diabetes)}},
	{5, stayKind{"659", 2600, 60, []string{"N201", "C641"}, "0TT00ZZ", 450, 150, int(KidneyDisease)}},
	{6, stayKind{"835", 2100, 70, []string{"C9200"}, "30233N1", 300, 100, int(Cancer)}},
	{8, stayKind{"180", 1690, 56, []string{"C3490"}, "", 60, 160, int(Cancer)}},
	{3, stayKind{"003", 18500, 240, []string{"J9601"}, "0B110F4", 60, 300, anybody}},
}

// otherDRGs are rarer ones, for which a stay of the tail has the weight of otherStay.
var otherDRGs = []string{
	"025", "027", "038", "039", "056", "066", "069", "070", "071", "074", "086", "092", "100", "149", "157", "164", "166", "178", "181", "187", "191", "194",
	"200", "202", "204", "206", "219", "220", "246", "253", "254", "264", "270", "271", "286", "287", "292", "299", "300", "303", "305", "310", "313", "314",
	"327", "336", "354", "357", "368", "371", "372", "379", "394", "395", "402", "418", "432", "433", "440", "441", "445", "463", "480", "483", "493", "501",
	"515", "519", "536", "543", "558", "560", "562", "563", "565", "573", "579", "581", "592", "602", "617", "621", "641", "643", "660", "669", "674", "698",
	"699", "700", "713", "736", "742", "808", "812", "823", "840", "847", "862", "864", "866", "881", "884", "897", "907", "918", "919", "947", "949", "981",
	"982", "987",
}

var otherStay = stayKind{"", 1500, 45, []string{"R531", "R109", "T8149XA", "I70201", "D61818", "K7460", "G9341", "R6521"}, "", 220, 170, anybody}

// Stays in other hospitals: rehabilitation, psychiatric and long-term care.
var (
	rehabilitation = stayKind{"945", 3700, 124, []string{"I69351", "S72001D", "G8191"}, "F07L9ZZ", 1000, 90, anybody}
	psychiatric    = stayKind{"885", 1750, 120, []string{"F332", "F209", "F3162"}, "", 100, 60, int(Depression)}
	longTermCare   = stayKind{"207", 6500, 250, []string{"J9611"}, "5A1955Z", 900, 350, anybody}
)

// dollarsPerWeight is what Medicare pays for a stay of the relative weight 1.
const dollarsPerWeight = 8000
