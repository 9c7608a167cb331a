package life

import "github.com/cclf-tools/cclf/internal/synth/codebook"

// A visit is a kind of outpatient or office service.
type visit struct {
	rate      int // per hundred people and year, with the usual risk
	specialty string
	place     string
	revenue   string // of a hospital's line
	price     int    // dollars that Medicare allows
	spread    *spread
	lines     int // most lines
	codes     []share[codebook.Service]
	free      bool // neither deductible nor coinsurance
}

func service(weight int, hcpcs, kind, betos string, price int) share[codebook.Service] {
	return share[codebook.Service]{weight, codebook.Service{HCPCS: hcpcs, ServiceType: kind, Betos: betos, Charge: price}}
}

// officeCodes are the evaluations and management of the office, with the prices of
// the physician fee schedule of 2024, rounded.
var officeCodes = []share[codebook.Service]{
	service(420, "99214", "1", "M1B", 128), service(330, "99213", "1", "M1B", 91), service(50, "99215", "1", "M1B", 180), service(35, "99212", "1", "M1B", 57),
	service(60, "99204", "1", "M1A", 167), service(60, "99203", "1", "M1A", 112), service(25, "92014", "1", "M1B", 126), service(20, "99205", "1", "M1A", 220),
}

// extras are services on the claim of an office visit.
var extras = []share[codebook.Service]{
	service(160, "36415", "5", "T1H", 9), service(110, "G2211", "1", "M1B", 16), service(70, "93000", "5", "T2A", 15), service(60, "83036", "5", "T1H", 10),
	service(50, "81001", "5", "T1H", 4), service(60, "G0008", "1", "O1E", 31), service(50, "90662", "9", "O1E", 74), service(50, "20610", "2", "P6B", 65),
	service(40, "11721", "2", "P6C", 45), service(40, "17000", "2", "P6B", 66), service(40, "69210", "2", "P6C", 48), service(30, "96372", "1", "P6C", 15),
}

// Codes of visits and of care management, which Medicare counts.
var (
	wellness     = []share[codebook.Service]{service(820, "G0439", "1", "M1B", 138), service(120, "G0438", "1", "M1B", 175), service(60, "G0402", "1", "M1B", 172)}
	planning     = codebook.Service{HCPCS: "99497", ServiceType: "1", Betos: "M5D", Charge: 86}
	management   = []share[codebook.Service]{service(800, "99490", "1", "M5D", 62), service(120, "99487", "1", "M5D", 132), service(80, "99491", "1", "M5D", 84)}
	transitional = []share[codebook.Service]{service(550, "99495", "1", "M5D", 205), service(450, "99496", "1", "M5D", 277)}
)

// officeServices are services of physicians and laboratories beside office visits.
var officeServices = []visit{
	{240, "69", "81", "", 26, &middle, 8, []share[codebook.Service]{
		service(200, "80053", "5", "T1H", 11), service(170, "85025", "5", "T1D", 8), service(150, "80061", "5", "T1H", 13), service(110, "84443", "5", "T1H", 17),
		service(110, "83036", "5", "T1H", 10), service(50, "82306", "5", "T1H", 30), service(60, "88305", "5", "T1H", 71), service(50, "87086", "5", "T1H", 8),
	}, true},
	{190, "30", "22", "", 52, &middle, 1, []share[codebook.Service]{
		service(160, "71046", "4", "I1A", 9), service(110, "70450", "4", "I2B", 39), service(110, "74177", "4", "I2B", 82), service(90, "77067", "4", "I1C", 36),
		service(70, "93306", "4", "I3C", 68), service(70, "71260", "4", "I2B", 58), service(60, "73030", "4", "I1B", 9), service(50, "78815", "4", "I1E", 116),
	}, false},
	{120, "20", "11", "", 310, &wide, 2, []share[codebook.Service]{
		service(160, "17311", "2", "P5A", 650), service(120, "66984", "2", "P4B", 540), service(90, "45380", "2", "P8D", 200), service(80, "11102", "2", "P6A", 100),
		service(70, "67028", "2", "P4E", 110), service(60, "43239", "2", "P8B", 130), service(60, "64483", "2", "P6C", 240),
	}, false},
	{60, "65", "11", "", 84, &narrow, 3, []share[codebook.Service]{
		service(300, "97110", "W", "P6C", 29), service(200, "97140", "W", "P6C", 27), service(160, "97530", "W", "P6C", 36), service(60, "97161", "W", "P6C", 99),
	}, false},
	{40, "05", "22", "", 150, &middle, 1, []share[codebook.Service]{service(200, "00142", "7", "P0", 100), service(200, "00812", "7", "P0", 110), service(100, "01402", "7", "P0", 230)}, false},
	{28, "49", "24", "", 900, &middle, 2, []share[codebook.Service]{service(400, "66984", "2", "P4B", 1050), service(200, "45380", "2", "P8D", 620), service(120, "64483", "2", "P6C", 460)}, false},
	{22, "50", "10", "", 110, &narrow, 1, []share[codebook.Service]{service(300, "90837", "1", "M5B", 155), service(200, "90834", "1", "M5B", 105), service(150, "99214", "1", "M1B", 128)}, false},
}

// infusions are drugs of Part B that physicians give to those with cancer, or with
// diseases of the eyes or joints: a few people, much money.
var infusions = []share[codebook.Service]{
	service(120, "J9271", "9", "O1D", 10900), service(180, "J0178", "9", "O1E", 1700), service(160, "J2778", "9", "O1E", 1450), service(120, "J0897", "9", "O1E", 1400),
	service(80, "J9312", "9", "O1D", 4300), service(80, "J1745", "9", "O1E", 2400), service(80, "J9299", "9", "O1D", 7100), service(120, "J2469", "9", "O1E", 300),
}

// outpatientVisits are services of hospital outpatient departments and clinics.
var outpatientVisits = []visit{
	{100, "06", "22", "0510", 126, &narrow, 2, []share[codebook.Service]{service(900, "G0463", "1", "M1B", 126), service(100, "99213", "1", "M1B", 110)}, false},
	{85, "69", "22", "0300", 42, &middle, 5, []share[codebook.Service]{
		service(200, "80053", "5", "T1H", 11), service(180, "85025", "5", "T1D", 8), service(120, "36415", "5", "T1H", 9), service(110, "84443", "5", "T1H", 17), service(100, "80061", "5", "T1H", 13),
	}, true},
	{75, "30", "22", "0320", 215, &middle, 2, []share[codebook.Service]{
		service(170, "71046", "4", "I1A", 87), service(110, "77067", "4", "I1C", 100), service(120, "70450", "4", "I2B", 112), service(110, "74177", "4", "I2B", 365), service(90, "93306", "4", "I3C", 505),
	}, false},
	{52, "65", "22", "0420", 112, &narrow, 4, []share[codebook.Service]{service(400, "97110", "W", "P6C", 29), service(300, "97140", "W", "P6C", 27), service(100, "97530", "W", "P6C", 36)}, false},
	{34, "20", "22", "0360", 2750, &middle, 4, []share[codebook.Service]{
		service(150, "45380", "2", "P8D", 1100), service(130, "66984", "2", "P4B", 2150), service(110, "27447", "2", "P3B", 12500), service(60, "43239", "2", "P8B", 850), service(60, "33249", "2", "P2D", 29000),
	}, false},
	{26, "83", "22", "0636", 1500, &wide, 4, []share[codebook.Service]{
		service(160, "J9271", "9", "O1D", 10900), service(140, "J0897", "9", "O1E", 1400), service(120, "J9312", "9", "O1D", 4300), service(150, "96413", "2", "P7B", 330), service(150, "J2405", "9", "O1E", 6),
	}, false},
	{26, "08", "50", "0521", 190, &narrow, 2, []share[codebook.Service]{service(900, "G0467", "1", "M1B", 190), service(60, "99213", "1", "M1B", 110)}, false},
}

// emergencyCodes are the levels of visits to the emergency department.
var emergencyCodes = []share[codebook.Service]{
	service(280, "99283", "1", "M3", 260), service(430, "99284", "1", "M3", 400), service(220, "99285", "1", "M3", 580), service(70, "99282", "1", "M3", 145),
}

// emergencies are what people go to the emergency department for.
var emergencies = []string{"R079", "R0602", "N390", "R1084", "S0990XA", "R42", "R55", "J441", "M545", "I10", "S72001A", "R519", "I4891", "K5900", "J189", "U071", "R531", "S60219A"}

// supplies are equipment and supplies, mostly month by month.
type supply struct {
	codebook.Service
	rate  int // per thousand people with the condition
	needs Condition
	price int
	units int
}

var supplies = []supply{
	{codebook.Service{HCPCS: "E1390", ServiceType: "R", Betos: "D1C"}, 357, LungDisease, 145, 1},
	{codebook.Service{HCPCS: "A4253", ServiceType: "S", Betos: "D1A"}, 323, Diabetes, 55, 4},
	{codebook.Service{HCPCS: "A4239", ServiceType: "S", Betos: "D1A"}, 153, Diabetes, 235, 1},
	{codebook.Service{HCPCS: "A7030", ServiceType: "P", Betos: "D1E"}, 408, Apnea, 170, 1},
	{codebook.Service{HCPCS: "E0601", ServiceType: "R", Betos: "D1E"}, 221, Apnea, 62, 1},
	{codebook.Service{HCPCS: "K0001", ServiceType: "R", Betos: "D1D"}, 187, Stroke, 38, 1},
	{codebook.Service{HCPCS: "E0260", ServiceType: "R", Betos: "D1B"}, 153, Dementia, 88, 1},
	{codebook.Service{HCPCS: "K0823", ServiceType: "P", Betos: "D1D"}, 10, Stroke, 3100, 1},
	{codebook.Service{HCPCS: "J7613", ServiceType: "G", Betos: "D1G"}, 272, LungDisease, 34, 120},
	{codebook.Service{HCPCS: "L1833", ServiceType: "P", Betos: "D1F"}, 23, Arthritis, 520, 1},
}
