package fhirjson

// HasRank reports whether a key has a place in the model order of the objects under
// holder.
func HasRank(holder, key string) bool { return ranks([]byte(holder))[key] != 0 }
