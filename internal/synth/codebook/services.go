package codebook

// The services, supplies and drugs that claims bill, and what they cost. Procedure
// codes have no titles: the servers do not send any.

// A Service is a procedure code with its type of service, BETOS code and charge.
type Service struct {
	HCPCS, ServiceType, Betos string
	Charge                    int // dollars
}

var OfficeServices = []Service{
	{"99214", "1", "M1B", 168}, {"99213", "1", "M1B", 112}, {"36415", "5", "T1H", 11}, {"80053", "5", "T1H", 54},
	{"85025", "5", "T1D", 38}, {"80061", "5", "T1H", 49}, {"83036", "5", "T1H", 36}, {"71046", "4", "I1A", 61},
	{"93000", "5", "T2A", 45}, {"99232", "1", "M2B", 144}, {"99285", "1", "M3", 402}, {"99204", "1", "M1A", 251},
	{"G0439", "1", "M1B", 199}, {"97110", "W", "P6C", 70}, {"90837", "1", "M1B", 180}, {"G0008", "1", "O1E", 31},
	{"90662", "9", "O1E", 72}, {"11721", "2", "P6C", 66}, {"66984", "2", "P4B", 1650}, {"70450", "4", "I2B", 240},
	{"J1745", "9", "O1E", 1990}, {"A0427", "D", "O1A", 688}, {"A0425", "D", "O1A", 14}, {"00142", "7", "P0", 480},
	{"0001A", "1", "O1E", 40}, {"G2211", "1", "M1B", 17}, {"M0201", "1", "Z2", 36}, {"82947", "5", "T1H", 12},
	{"81001", "5", "T1H", 15}, {"99490", "1", "M1B", 77}, {"92014", "1", "M1B", 149}, {"88305", "5", "T1H", 115},
}

var Equipment = []Service{
	{"E1390", "R", "D1C", 190}, {"A4253", "S", "D1A", 33}, {"E0601", "R", "D1E", 102}, {"A7030", "P", "D1E", 160},
	{"K0001", "R", "D1D", 55}, {"E0260", "R", "D1B", 138}, {"L1833", "P", "D1F", 640}, {"A4604", "P", "D1E", 58},
	{"E0431", "R", "D1C", 28}, {"J7613", "G", "D1G", 2}, {"A6197", "S", "D1A", 17}, {"K0823", "P", "D1D", 5120},
}

// A Revenue is a revenue center with the procedure codes billed under it.
type Revenue struct {
	Code   string
	HCPCS  []string
	Charge int
}

var Revenues = []Revenue{
	{"0450", []string{"99283", "99284", "99285"}, 910}, {"0300", []string{"80053", "36415", "85025", "84443"}, 96},
	{"0636", []string{"J1100", "J2405", "J3010", "J9312"}, 214}, {"0250", nil, 133}, {"0320", []string{"71046", "73030"}, 305},
	{"0510", []string{"G0463"}, 239}, {"0351", []string{"70450"}, 1280}, {"0272", nil, 188}, {"0420", []string{"97110", "97140"}, 121},
	{"0360", []string{"66984", "45378"}, 4420}, {"0730", []string{"93005"}, 171}, {"0761", []string{"96372", "96365"}, 320},
	{"0821", []string{"90999"}, 1310}, {"0637", nil, 21}, {"0260", []string{"96360"}, 260}, {"0258", nil, 88},
	{"0521", []string{"G0467", "99213"}, 190}, {"0001", nil, 5600},
}

var InpatientRevenues = []Revenue{
	{"0120", nil, 1890}, {"0200", nil, 4300}, {"0250", nil, 690}, {"0258", nil, 310}, {"0270", nil, 420}, {"0300", nil, 870},
	{"0301", nil, 610}, {"0305", nil, 340}, {"0320", nil, 500}, {"0351", nil, 1900}, {"0360", nil, 9800}, {"0370", nil, 1400},
	{"0410", nil, 560}, {"0420", nil, 330}, {"0430", nil, 290}, {"0450", []string{"99285"}, 1300}, {"0710", nil, 720}, {"0730", nil, 260},
	{"0001", nil, 35000},
}

var NursingRevenues = []Revenue{
	{"0022", []string{"KBGC1", "HAXE0", "PDQD1"}, 0}, {"0120", nil, 410}, {"0420", nil, 96}, {"0430", nil, 92}, {"0440", nil, 99},
	{"0250", nil, 51}, {"0270", nil, 17}, {"0001", nil, 9100},
}

var HomeHealthRevenues = []Revenue{
	{"0023", []string{"2CB21", "1AA11", "3MC31"}, 0}, {"0551", []string{"G0299", "G0300"}, 190}, {"0421", []string{"G0151"}, 205},
	{"0431", []string{"G0152"}, 205}, {"0571", []string{"G0156"}, 95}, {"0270", nil, 24},
}

var HospiceRevenues = []Revenue{
	{"0651", []string{"Q5001", "Q5002", "Q5003"}, 5200}, {"0551", []string{"G0299"}, 160}, {"0571", []string{"G0156"}, 80},
	{"0561", []string{"G0155"}, 140}, {"0656", []string{"Q5006"}, 1020}, {"0250", nil, 37},
}

// RevenueCodes has titles for some codes only, as the codebook does.
var RevenueCodes = &Set{Variable: "rev_cntr", Terms: []Term{
	{"0001", "Total charge"},
	{"0022", "Skilled nursing facility claim paid under the prospective payment system; may stand on a claim more than once, for different groups and assessment periods."},
	{"0023", "Home health services paid under the prospective payment system; may stand on a claim more than once, for different groups."},
	{"0120", "Room and board, semi-private, two beds - general classification"},
	{"0200", "Intensive care - general classification"},
	{"0250", "Pharmacy - general classification"},
	{"0270", "Medical/surgical supplies - general classification"},
	{"0300", "Laboratory - general classification"},
	{"0320", "Radiology, diagnostic - general classification"},
	{"0351", "Computed tomography (CT) scan - head"},
	{"0360", "Operating room services - general classification"},
	{"0420", "Physical therapy - general classification"},
	{"0450", "Emergency room - general classification"},
	{"0510", "Clinic - general classification"},
	{"0551", "Skilled nursing - visit charge"},
	{"0571", "Home health aide - visit charge"},
	{"0636", "Drugs that require detailed coding"},
	{"0651", "Hospice services - routine home care"},
	{"0821", "Hemodialysis, outpatient - composite or other rate"},
}}

var (
	Modifiers          = []string{"25", "59", "RT", "LT", "26", "TC", "GP", "KX", "95", "Q6", "X1", "GW", "50", "76"}
	EquipmentModifiers = []string{"RR", "NU", "KX", "KH", "KJ", "LT", "RT", "UE", "CG", "GA"}
	DRGs               = []string{"871", "470", "291", "064", "194", "392", "683", "247", "690", "039", "193", "885", "003", "189", "280"}
	ANSICodes          = []string{"CO45", "CO97", "CO253", "PR1", "PR2", "CO120", "OA94", "CR121", "PI15", "CO4"}
	Contractors        = []string{"06001", "15201", "05102", "11202", "14211", "01112", "8299", "09101"}
	Carriers           = []string{"06102", "15202", "10112", "61026", "05302", "13202", "01182", "09102"}
	EquipmentCarriers  = []string{"16013", "17013", "18003", "19003"}
)

var (
	DRGCodes = &Set{Variable: "clm_drg_cd"}
	NDCUnits = &Set{System: UCUM, Variable: "rev_cntr_ndc_qty_qlfr_cd", Terms: []Term{{"ML", "Milliliter"}, {"UN", ""}, {"GR", ""}, {"F2", ""}, {"ME", ""}}}
)

// Drugs are NDC codes with the names on the drug labels.
var Drugs = []Term{
	{"00071015523", "Lipitor - ATORVASTATIN CALCIUM"}, {"68180051303", "Lisinopril - LISINOPRIL"}, {"00378180510", "Levothyroxine Sodium - LEVOTHYROXINE SODIUM"},
	{"67877021805", "Metformin - METFORMIN HYDROCHLORIDE"}, {"00093731410", "Amlodipine Besylate - AMLODIPINE BESYLATE"}, {"00002751001", "Humalog - INSULIN LISPRO"},
	{"00003089421", "Eliquis - APIXABAN"}, {"00173087410", "Trelegy - FLUTICASONE FUROATE, UMECLIDINIUM & VILANTEROL"}, {"59762372001", "Sertraline - SERTRALINE HYDROCHLORIDE"},
	{"00169413212", "Ozempic - SEMAGLUTIDE"}, {"45802006405", "Hydrocortisone - HYDROCORTISONE <1%>"}, {"65862020190", "Losartan Potassium - LOSARTAN POTASSIUM"},
	{"00406051201", ""}, {"50242004062", "Xolair - OMALIZUMAB"}, {"00597014030", "Jardiance - EMPAGLIFLOZIN"}, {"16729004517", ""},
	{"00378003210", "Metoprolol Tartrate - METOPROLOL TARTRATE"}, {"16729018317", "Hydrochlorothiazide - HYDROCHLOROTHIAZIDE"}, {"68180098003", "Rosuvastatin Calcium - ROSUVASTATIN CALCIUM"},
	{"00591046101", "Glipizide - GLIPIZIDE"}, {"13668014905", "Clopidogrel - CLOPIDOGREL BISULFATE"}, {"00054829725", "Furosemide - FUROSEMIDE"},
	{"68382009201", "Carvedilol - CARVEDILOL"}, {"00078065920", "Entresto - SACUBITRIL & VALSARTAN"}, {"16729022510", "Spironolactone - SPIRONOLACTONE"},
	{"00093317431", "Albuterol Sulfate - ALBUTEROL SULFATE"}, {"16729016910", "Escitalopram - ESCITALOPRAM OXALATE"}, {"50111043401", "Trazodone - TRAZODONE HYDROCHLORIDE"},
	{"43547027510", "Donepezil - DONEPEZIL HYDROCHLORIDE"}, {"29300017116", "Memantine - MEMANTINE HYDROCHLORIDE"}, {"00054001725", "Prednisone - PREDNISONE"},
	{"00781523810", "Ondansetron - ONDANSETRON"}, {"29300012501", "Meloxicam - MELOXICAM"}, {"00093517144", "Alendronate Sodium - ALENDRONATE SODIUM"},
	{"61314054701", "Latanoprost - LATANOPROST"}, {"67877022310", "Gabapentin - GABAPENTIN"}, {"65162062710", "Tramadol - TRAMADOL HYDROCHLORIDE"},
	{"00093415573", "Amoxicillin - AMOXICILLIN"}, {"62175011832", "Omeprazole - OMEPRAZOLE"}, {"00228299611", "Tamsulosin - TAMSULOSIN HYDROCHLORIDE"},
	{"59572042021", "Revlimid - LENALIDOMIDE"}, {"00006027731", "Januvia - SITAGLIPTIN"},
}

// Conditions are codes of related conditions. A code of one character is sent with a
// leading zero.
var Conditions = []Term{{"09", ""}, {"10", ""}, {"1", ""}, {"20", ""}, {"C1", ""}, {"77", ""}, {"D9", ""}}

var Taxonomies = []Term{
	{"207R00000X", "Internal Medicine Physician"}, {"207Q00000X", "Family Medicine Physician"}, {"208600000X", "Surgery Physician"},
	{"2085R0202X", "Diagnostic Radiology Physician"}, {"207RC0000X", "Cardiovascular Disease Physician"}, {"363L00000X", "Nurse Practitioner"},
	{"207ZP0102X", "Anatomic Pathology & Clinical Pathology Physician"}, {"225100000X", "Physical Therapist"}, {"282N00000X", "General Acute Care Hospital"},
	{"332B00000X", "Durable Medical Equipment & Medical Supplies"}, {"3336C0003X", "Community/Retail Pharmacy"}, {"251E00000X", "Home Health Agency"},
}

// UCUM is the code system of units of measure.
const UCUM = "http://unitsofmeasure.org"
