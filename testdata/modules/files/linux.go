package files

// The name of this file is no constraint.
var _ = Where
