package sub

// Name is a name.
const Name = "sub"
