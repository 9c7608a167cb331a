package ndjson

// A Census counts objects by the texts of some of their members, wherever in the
// line they are, also under members that no path names. It shows what an input has
// beyond what is asked for.
//
// It costs little, because an object that the memo knows is counted without a walk:
// a memo entry has the number of the set of names that its walk counted. Listed
// texts are never holes of an entry.
type Census struct {
	// Rules choose objects. The first that fits an object is that of it.
	Rules []CensusRule
	// Name returns what an object is counted as, and false if it is not
	// counted. It is called when an object with these texts comes at its path
	// for the first time, and must depend on its arguments alone, which are
	// valid during the call only. Texts that are missing are nil.
	Name func(path []string, texts [2][]byte, use Use) (name string, counted bool)
}

// A CensusRule chooses objects, and the members whose texts are listed.
type CensusRule struct {
	Under   []string // the last names on the path to the object; none for any object
	Members []string // one or two; objects without a string in the last one do not count; of an array the last string counts
}

// Use is what a program does with an object of a census.
type Use uint8

// The uses of an object, least first.
const (
	Unused Use = iota // no path looks into it
	Read              // a path looks into it, whatever the listed texts are
	Chosen            // a condition asks for one of the listed texts
)
