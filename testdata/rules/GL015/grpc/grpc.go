// Package grpc has the streams of clients.
package grpc

import "context"

// ClientStream is the client's side of a stream.
type ClientStream interface {
	CloseSend() error
	Context() context.Context
	SendMsg(m any) error
	RecvMsg(m any) error
}
