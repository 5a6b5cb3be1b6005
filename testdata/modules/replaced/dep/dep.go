package dep

// Name is a name.
const Name = "dep"
