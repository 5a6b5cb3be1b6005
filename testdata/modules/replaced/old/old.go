package old

import "example.com/lazy"

// Name is a name.
const Name = lazy.Name
