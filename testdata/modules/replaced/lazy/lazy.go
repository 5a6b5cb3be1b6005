package lazy

// Name is a name.
const Name = "lazy"
