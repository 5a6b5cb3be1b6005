package two

// Name is a name.
const Name = "two"
