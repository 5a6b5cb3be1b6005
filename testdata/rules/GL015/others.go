package gl015

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
)

func BadSignals(fail chan error) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt) // want GL015 "signals still go to this channel"
	select {
	case <-signals:
		return nil
	case err := <-fail:
		return err
	}
}

func BadSignalGoroutine(ctx context.Context, cancel context.CancelFunc) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM) // want GL015 "signals still go to this channel"
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
}

func BadAfterFuncPath(ctx context.Context, wake func(), ready bool) error {
	stop := context.AfterFunc(ctx, wake) // want GL015 "not called on every path"
	if !ready {
		return errors.New("not ready")
	}
	stop()
	return nil
}

type hub struct {
	ctx   context.Context
	conns map[io.Closer]bool
}

func (h *hub) BadAfterFuncField(conn io.Closer) {
	context.AfterFunc(h.ctx, func() { conn.Close() }) // want GL015 "nobody can take this function back"
}

func BadAfterFuncLoop(ctx context.Context, conns chan io.Closer) {
	for conn := range conns {
		context.AfterFunc(ctx, func() { conn.Close() }) // want GL015 "nobody can take this function back"
	}
}

func BadTimer(conn io.Closer, read func() error) error {
	timer := time.AfterFunc(time.Second, func() { conn.Close() }) // want GL015 "not stopped on every path"
	if err := read(); err != nil {
		return err
	}
	timer.Stop()
	return nil
}

func BadCommand(name string, use func(string) error) error {
	cmd := exec.Command(name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil { // want GL015 "command is not waited for on every path"
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if err := use(lines.Text()); err != nil {
			return err
		}
	}
	return cmd.Wait()
}

type item struct{ name string }

type itemsClient interface {
	Recv() (*item, error)
	grpc.ClientStream
}

type client interface {
	List(ctx context.Context, prefix string) (itemsClient, error)
}

func BadStream(c client, wanted string) (*item, error) {
	stream, err := c.List(context.Background(), "") // want GL015 "left before its end"
	if err != nil {
		return nil, err
	}
	for {
		found, err := stream.Recv()
		if err == io.EOF {
			return nil, errors.New("not found")
		}
		if err != nil {
			return nil, err
		}
		if found.name == wanted {
			return found, nil
		}
	}
}

func OkSignalsStopped(fail chan error) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	defer signal.Stop(signals)
	select {
	case <-signals:
		return nil
	case err := <-fail:
		return err
	}
}

func OkWaitsForSignal() os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	return <-signals
}

func OkSignalsReturned() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	return signals
}

func OkAfterFunc(ctx context.Context, wake func()) {
	stop := context.AfterFunc(ctx, wake)
	defer stop()
	<-ctx.Done()
}

func OkAfterFuncOfCaller(ctx context.Context, wake func()) {
	context.AfterFunc(ctx, wake)
}

func OkTimer(conn io.Closer, read func() error) error {
	timer := time.AfterFunc(time.Second, func() { conn.Close() })
	defer timer.Stop()
	return read()
}

func OkTimerForget(do func()) {
	time.AfterFunc(time.Second, do)
}

func OkCommand(name string) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Wait()
}

func OkCommandForget(name string) error {
	return exec.Command(name).Start()
}

func OkCommandKilled(name string, use func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := use(); err != nil {
		cmd.Process.Kill()
		cmd.Process.Wait()
		return err
	}
	return cmd.Wait()
}

func OkStream(ctx context.Context, c client) (*item, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.List(ctx, "")
	if err != nil {
		return nil, err
	}
	return stream.Recv()
}

func OkStreamToEnd(c client, use func(*item)) error {
	stream, err := c.List(context.Background(), "")
	if err != nil {
		return err
	}
	for {
		found, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		use(found)
	}
}
