package shared

// Name is a name.
const Name = "shared"
