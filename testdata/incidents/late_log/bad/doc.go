// Package latelog is tested.
package latelog
