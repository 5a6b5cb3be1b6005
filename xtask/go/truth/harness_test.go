// Beside a program of testdata/families while `cargo xtask truth` runs it: delays before statements, and the verdict.
//
// The package clause is replaced by that of the program.
package truth

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// How eager delays are: one of so many statements waits.
var zzOneOf = []int{0, 1, 2, 5, 12}[rand.Intn(5)]

// zzDelay stands before every statement of the program.
func zzDelay() {
	if zzOneOf == 0 || rand.Intn(zzOneOf) != 0 {
		return
	}
	if rand.Intn(2) == 0 {
		runtime.Gosched()
		return
	}
	time.Sleep(time.Duration(rand.Intn(700)) * time.Microsecond)
}

// How long goroutines have to stand still before they count as stuck, and how long the program may take at all.
const (
	zzStill = 1200 * time.Millisecond
	zzLimit = 30 * time.Second
)

var zzBlocked = regexp.MustCompile(`^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[(chan |select|sync\.|semacquire)`)

func TestMain(m *testing.M) {
	ended := make(chan int)
	go zzWatch(ended)
	code := m.Run()
	ended <- code
	time.Sleep(zzLimit)
}

// zzWatch ends the process as soon as its fate is known.
func zzWatch(ended <-chan int) {
	code, over := 0, false
	before, since := "", time.Now()
	for start := time.Now(); time.Since(start) < zzLimit; time.Sleep(2 * time.Millisecond) {
		select {
		case code = <-ended:
			over = true
		default:
		}
		still, others := zzOthers()
		if over && others == 0 {
			if code != 0 {
				os.Exit(5)
			}
			os.Exit(0)
		}
		if still != before {
			before, since = still, time.Now()
		}
		if still != "" && time.Since(since) > zzStill {
			verdict := 3
			if over {
				verdict = 4
			}
			fmt.Println("verdict: stuck\n" + still)
			if p := pprof.Lookup("goroutineleak"); p != nil {
				var text bytes.Buffer
				_ = p.WriteTo(&text, 1)
				if strings.Contains(text.String(), "total ") && !strings.Contains(text.String(), "total 0\n") {
					fmt.Println("verdict: proved")
				}
			}
			os.Exit(verdict)
		}
	}
	os.Exit(6)
}

// zzOthers gives the goroutines of the program, or nothing if one of them may still move, and how many there are.
func zzOthers() (string, int) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	count, moving := 0, false
	var out []string
	for _, g := range strings.Split(string(buf), "\n\n") {
		if strings.Contains(g, ".zzWatch(") {
			continue
		}
		if strings.Contains(g, ".TestMain(") && !strings.Contains(g, "created by") {
			continue
		}
		if strings.Contains(g, "os/signal.") || strings.Contains(g, "runtime.gcBgMarkWorker") {
			continue
		}
		count++
		if !zzBlocked.MatchString(g) {
			moving = true
		}
		// How long it waits changes from time to time.
		head, rest, _ := strings.Cut(g, "\n")
		head, _, _ = strings.Cut(head, ", ")
		out = append(out, head+"\n"+rest)
	}
	if moving {
		return "", count
	}
	return strings.Join(out, "\n\n"), count
}
