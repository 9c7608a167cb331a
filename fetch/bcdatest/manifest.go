package bcdatest

// A Manifest is the body of a completed job.
type Manifest struct {
	TransactionTime     string         `json:"transactionTime"`
	Request             string         `json:"request"`
	RequiresAccessToken bool           `json:"requiresAccessToken"`
	Output              []ManifestFile `json:"output"`
	Deleted             []ManifestFile `json:"deleted,omitempty"`
	Error               []ManifestFile `json:"error"`
	JobID               int            `json:"JobID"`
	Link                []Link         `json:"link,omitempty"`
}

// A ManifestFile is an entry of a manifest.
type ManifestFile struct {
	Type  string `json:"type"`
	URL   string `json:"url"`
	Count *int   `json:"count,omitempty"`

	Extension []Extension `json:"extension,omitempty"`
}

// An Extension adds information to an entry.
type Extension struct {
	URL          string `json:"url"`
	ValueString  string `json:"valueString,omitempty"`
	ValueDecimal *int   `json:"valueDecimal,omitempty"`
}

// A Link of a manifest is the address of another page.
type Link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}
