// Declarations of package sync/atomic, as far as the tests use it.
package atomic

func AddInt32(addr *int32, delta int32) int32
func LoadInt32(addr *int32) int32
func StoreInt32(addr *int32, val int32)
func CompareAndSwapInt32(addr *int32, old, new int32) bool

type Bool struct{ v uint32 }

func (x *Bool) Load() bool
func (x *Bool) Store(val bool)

type Int32 struct{ v int32 }

func (x *Int32) Add(delta int32) int32
func (x *Int32) Load() int32
