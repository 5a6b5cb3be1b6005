package a

import (
	_ "example.com/absent/x"
	_ "example.com/broken/b"
	_ "example.com/broken/nothing"
	_ "example.com/unknown"
	_ "nosuchstd/y"
)
