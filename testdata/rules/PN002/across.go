package pn002

import "example.com/pn002/helper"

func BadFinishedByOtherPackage() {
	ch := make(chan struct{})
	helper.Finish(ch)
	close(ch) // want PN002 "closed already"
}

func OkFinishedByOtherPackage() {
	ch := make(chan struct{})
	helper.Finish(ch)
	<-ch
}

func BadFlagOfOtherPackage() {
	f := helper.NewFlag()
	f.Raise()
	f.Wait()
	f.Raise() // want PN002 "closed already"
}

func OkFlagOfOtherPackage() {
	f := helper.NewFlag()
	go f.Raise()
	f.Wait()
}
