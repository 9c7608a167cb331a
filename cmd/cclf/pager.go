package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
)

// A pager shows long output, page by page. A process that opened a data set cannot
// start programs, so a pager is started before, as a process of its own, which
// starts the program for each output when it is needed. It talks to that process in
// frames: a length of four bytes and so much text, and a length of 0 at the end of
// an output. The process answers with a byte when the program has ended.
type pager struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended io.ReadCloser
	mu    sync.Mutex // of wait
}

// pagerArgument makes this program the process of a pager.
const pagerArgument = "__pager"

// errPagerEnded says that the user has seen enough.
var errPagerEnded = errors.New("the pager has ended")

// defaultPager cuts long lines, ends by itself if one screen is enough, and leaves
// what it showed on the screen.
const defaultPager = "less -S -R -F -X"

// pagerProgram returns the command line of the pager of the user, or nothing if
// output is not to be paged.
func pagerProgram() string {
	if program, ok := os.LookupEnv("PAGER"); ok {
		return program
	}
	if term := os.Getenv("TERM"); term == "" || term == "dumb" {
		return ""
	}
	if _, err := exec.LookPath("less"); err != nil {
		return ""
	}
	return defaultPager
}

// startPager starts the process of a pager.
func startPager(program string) (*pager, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &pager{cmd: exec.Command(self, pagerArgument, program)}
	p.cmd.Stdout = os.Stdout
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	// Standard error carries the answers: only three streams can be inherited
	// everywhere.
	if p.ended, err = p.cmd.StderrPipe(); err != nil {
		return nil, err
	}
	return p, p.cmd.Start()
}

// Close ends the process.
func (p *pager) Close() error {
	err := p.in.Close()
	return errors.Join(err, p.cmd.Wait())
}

// A page is an output that the pager shows.
type page struct {
	pager *pager
	ended chan struct{} // closed when the program has ended
}

// open starts to show an output.
func (p *pager) open() *page {
	pg := &page{pager: p, ended: make(chan struct{})}
	p.mu.Lock()
	go func() {
		var answer [1]byte
		_, _ = p.ended.Read(answer[:]) // at the end of the process too
		p.mu.Unlock()
		close(pg.ended)
	}()
	return pg
}

// Write shows text. The error is errPagerEnded when the user has left the pager.
func (pg *page) Write(b []byte) (int, error) {
	select {
	case <-pg.ended:
		return 0, errPagerEnded
	default:
	}
	if len(b) == 0 {
		return 0, nil
	}
	frame := append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
	if _, err := pg.pager.in.Write(frame); err != nil {
		return 0, errPagerEnded
	}
	return len(b), nil
}

// Close ends the output, and waits until the user leaves the pager.
func (pg *page) Close() {
	_, _ = pg.pager.in.Write([]byte{0, 0, 0, 0}) // if the process has ended, so has the program
	<-pg.ended
}

// wait returns when no output is shown.
func (p *pager) wait() {
	p.mu.Lock()
	p.mu.Unlock() //nolint:staticcheck // the lock is held while a page is shown
}

// servePager is the process of a pager.
func servePager(program string) {
	signal.Ignore(os.Interrupt) // it is for cclf, and for the pager
	in := bufio.NewReader(os.Stdin)
	for {
		if _, err := in.Peek(1); err != nil {
			return
		}
		if !showPage(program, in) {
			return
		}
	}
}

// showPage runs the program for one output. It returns false if cclf has ended
// before the output was complete.
func showPage(program string, in io.Reader) (complete bool) {
	cmd := exec.Command("sh", "-c", program)
	if runtime.GOOS == "windows" {
		cmd = exec.Command("cmd", "/c", program)
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	if _, ok := os.LookupEnv("LESS"); !ok {
		cmd.Env = append(os.Environ(), "LESS=SRFX")
	}
	to, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	ended := make(chan struct{})
	if err == nil {
		go func() {
			_ = cmd.Wait() // the result of a pager does not matter
			_, _ = os.Stderr.Write([]byte{0})
			close(ended)
		}()
	} else {
		_, _ = os.Stderr.Write([]byte{0})
		close(ended)
		to = nil
	}
	complete = copyFrames(to, in)
	if !complete && err == nil {
		_ = cmd.Process.Kill()
	}
	<-ended
	return complete
}

// copyFrames copies an output to the program, as long as that reads. It returns
// false if the output is cut off.
func copyFrames(to io.WriteCloser, in io.Reader) (complete bool) {
	for {
		var head [4]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return false
		}
		n := int64(binary.BigEndian.Uint32(head[:]))
		if n == 0 {
			if to != nil {
				_ = to.Close()
			}
			return true
		}
		frame := io.LimitReader(in, n)
		if to != nil {
			if _, err := io.Copy(to, frame); err != nil {
				_ = to.Close()
				to = nil
			}
		}
		if _, err := io.Copy(io.Discard, frame); err != nil {
			return false
		}
	}
}
