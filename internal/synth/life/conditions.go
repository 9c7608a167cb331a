package life

// A Condition is a chronic condition.
type Condition int

const (
	Hypertension Condition = iota
	Hyperlipidemia
	Diabetes
	HeartDisease
	KidneyDisease
	HeartFailure
	LungDisease
	Depression
	Dementia
	Fibrillation
	Cancer
	Arthritis
	Osteoporosis
	Stroke
	Hypothyroidism
	EyeDisease
	Obesity
	Apnea
	Pain
	conditionCount
)

// A condition is what having a Condition means.
type condition struct {
	codes      []string // ICD-10-CM, the usual one first
	prevalence [4]int   // per thousand people under 65, of 65 to 74, of 75 to 84, and older
	admissions int      // in percent of the admissions of others
	deaths     int      // in percent of the deaths of others
	visits     int      // office visits per hundred people and year
	specialty  string   // of the physician who sees most of them
	drugs      []string // substances
}

// conditions has the prevalences of the Chronic Conditions Warehouse's reports on
// Medicare's fee-for-service beneficiaries of 2018 to 2022, from memory and rounded.
var conditions = [conditionCount]condition{
	Hypertension:   {[]string{"I10", "I119"}, [4]int{420, 550, 680, 720}, 105, 100, 85, "11", []string{"lisinopril", "amlodipine", "losartan", "metoprolol", "hydrochlorothiazide"}},
	Hyperlipidemia: {[]string{"E785", "E782"}, [4]int{330, 560, 620, 500}, 90, 85, 55, "08", []string{"atorvastatin", "rosuvastatin", "simvastatin"}},
	Diabetes:       {[]string{"E119", "E1122", "E1165"}, [4]int{260, 250, 290, 230}, 125, 115, 110, "11", []string{"metformin", "semaglutide", "empagliflozin", "insulin", "glipizide", "sitagliptin", "glipizide", "metformin"}},
	HeartDisease:   {[]string{"I2510", "I259"}, [4]int{130, 200, 330, 390}, 130, 125, 95, "06", []string{"metoprolol", "clopidogrel", "atorvastatin"}},
	KidneyDisease:  {[]string{"N1830", "N1832", "N184"}, [4]int{160, 190, 310, 390}, 135, 130, 65, "39", []string{"furosemide", "losartan"}},
	HeartFailure:   {[]string{"I5032", "I5022", "I509"}, [4]int{70, 80, 160, 270}, 190, 210, 140, "06", []string{"furosemide", "carvedilol", "sacubitril", "spironolactone"}},
	LungDisease:    {[]string{"J449", "J441"}, [4]int{110, 95, 130, 120}, 150, 150, 100, "11", []string{"albuterol", "trelegy", "albuterol"}},
	Depression:     {[]string{"F329", "F411"}, [4]int{370, 150, 140, 140}, 115, 110, 110, "50", []string{"sertraline", "escitalopram", "trazodone"}},
	Dementia:       {[]string{"G309", "F0390"}, [4]int{20, 30, 130, 300}, 140, 240, 55, "13", []string{"donepezil", "memantine"}},
	Fibrillation:   {[]string{"I4891", "I480"}, [4]int{20, 60, 140, 220}, 130, 130, 120, "06", []string{"apixaban", "metoprolol", "metoprolol"}},
	Cancer:         {[]string{"C61", "C50911", "C3490", "C189"}, [4]int{35, 80, 110, 100}, 140, 220, 170, "83", []string{"prednisone", "ondansetron"}},
	Arthritis:      {[]string{"M1711", "M1990"}, [4]int{290, 310, 370, 370}, 102, 90, 105, "20", []string{"meloxicam"}},
	Osteoporosis:   {[]string{"M810"}, [4]int{20, 70, 110, 120}, 100, 100, 35, "11", []string{"alendronate"}},
	Stroke:         {[]string{"I69351", "Z8673"}, [4]int{25, 30, 50, 70}, 130, 130, 55, "13", []string{"clopidogrel"}},
	Hypothyroidism: {[]string{"E039"}, [4]int{110, 140, 170, 170}, 100, 100, 40, "11", []string{"levothyroxine"}},
	EyeDisease:     {[]string{"H2513", "H401130", "H353130"}, [4]int{60, 190, 250, 220}, 100, 95, 75, "18", []string{"latanoprost"}},
	Obesity:        {[]string{"E669", "E6601"}, [4]int{250, 190, 140, 70}, 105, 100, 30, "08", nil},
	Apnea:          {[]string{"G4733"}, [4]int{140, 120, 110, 60}, 102, 100, 25, "11", nil},
	Pain:           {[]string{"M5450", "G8929"}, [4]int{330, 190, 200, 190}, 110, 100, 130, "65", []string{"gabapentin", "oxycodone", "tramadol"}},
}

// complaints are what else people see physicians for.
var complaints = []string{
	"R5383", "N390", "J069", "R0602", "R079", "M25561", "K219", "R42", "D649", "L570", "R1084", "R05", "B351", "H6123", "R600", "L989", "M542", "R519",
	"K5900", "Z87891", "Z7901", "Z794",
}
