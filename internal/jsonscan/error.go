package jsonscan

// Error is a reason why a text is not valid JSON: one of the constants below. It
// never contains a piece of the text, which may be protected health information.
type Error string

func (e Error) Error() string { return string(e) }

// The errors are constants of a string type, so that returning one does not
// allocate and the functions that consume stay small.
const (
	ErrDepth      Error = "nested too deeply"
	ErrString     Error = "unterminated string"
	ErrControl    Error = "control character in string"
	ErrEscape     Error = "invalid escape in string"
	ErrHexEscape  Error = `invalid \u escape in string`
	ErrUTF8       Error = "invalid UTF-8"
	ErrValue      Error = "expected a value"
	ErrFraction   Error = "no digits after decimal point"
	ErrExponent   Error = "no digits in exponent"
	ErrMemberName Error = "expected a member name"
	ErrColon      Error = "expected a colon"
	ErrSeparator  Error = "expected a comma or closing bracket"
	ErrUnclosed   Error = "unexpected end inside object or array"
	ErrTrailing   Error = "unexpected text after the JSON value"
)

const (
	// MaxDepth is how deep objects and arrays may be nested. No FHIR resource comes
	// near it; it bounds the stack.
	MaxDepth = 512
	// MaxLine is the length in bytes of the longest line that is read as JSON.
	MaxLine = 32 << 20
)
