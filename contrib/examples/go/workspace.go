// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright the earshot authors

// A workspace made, broken, gone back to, cloned and shipped, without the C
// library: project-workspace speaks JSON lines over a socket.
//
//	go build -o workspace workspace.go && ./workspace BASE [PROGRAM]
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
)

// Workspaces is a connection, for one goroutine at a time.
type Workspaces struct {
	conn *net.UnixConn
	in   *bufio.Reader
	cmd  *exec.Cmd
	id   int
}

// Answer is what project-workspace(1) says under PROTOCOL.
type Answer struct {
	ID      int
	Exit    int
	Results []map[string]any
	Error   *Failure
}

// Failure is what went wrong; errors.Is(err, syscall.EEXIST) looks inside.
type Failure struct {
	Errno syscall.Errno
	Text  string
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Errno }

// Open starts program with one end of a socket as its descriptor 3.
func Open(program string) (*Workspaces, error) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX,
		syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	ours, theirs := os.NewFile(uintptr(ends[0]), "ours"), os.NewFile(uintptr(ends[1]), "theirs")
	defer ours.Close()
	defer theirs.Close()
	conn, err := net.FileConn(ours)
	if err != nil {
		return nil, err
	}
	ws := &Workspaces{conn: conn.(*net.UnixConn), in: bufio.NewReader(conn)}
	ws.cmd = exec.Command(program, "--rpc", "3")
	ws.cmd.ExtraFiles = []*os.File{theirs}
	if err := ws.cmd.Start(); err != nil {
		return nil, err
	}
	var hello struct{ Protocol int }
	return ws, ws.read(&hello)
}

func (ws *Workspaces) Close() {
	ws.conn.Close()
	ws.cmd.Wait()
}

func (ws *Workspaces) read(into any) error {
	line, err := ws.in.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, into)
}

// Call gives a verb its words, and files to be its standard streams.
func (ws *Workspaces) Call(files map[int]*os.File, words ...string) (*Answer, error) {
	ws.id++
	var targets, fds []int
	for target, file := range files {
		targets, fds = append(targets, target), append(fds, int(file.Fd()))
	}
	line, err := json.Marshal(map[string]any{
		"id": ws.id, "words": words, "fds": targets})
	if err != nil {
		return nil, err
	}
	_, _, err = ws.conn.WriteMsgUnix(append(line, '\n'),
		syscall.UnixRights(fds...), nil)
	if err != nil {
		return nil, err
	}
	answer := &Answer{}
	if err := ws.read(answer); err != nil {
		return nil, err
	}
	if answer.Error != nil && answer.Exit < 126 {
		return answer, answer.Error
	}
	return answer, nil
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "workspace:", err)
		os.Exit(1)
	}
}

func (ws *Workspaces) must(words ...string) *Answer {
	answer, err := ws.Call(nil, words...)
	must(err)
	return answer
}

func (ws *Workspaces) run(name, script string) {
	own := map[int]*os.File{0: os.Stdin, 1: os.Stdout, 2: os.Stderr}
	answer, err := ws.Call(own, "run", name, "--", "sh", "-c", script)
	must(err)
	if answer.Exit != 0 {
		fmt.Println("exit", answer.Exit)
	}
}

func main() {
	base, program := "host", "/usr/libexec/earshot/project-workspace"
	if len(os.Args) > 1 {
		base = os.Args[1]
	}
	if len(os.Args) > 2 {
		program = os.Args[2]
	}
	ws, err := Open(program)
	must(err)
	defer ws.Close()
	ws.must("create", "demo", "--base", base)
	ws.run("demo", "echo one >/etc/state")
	snap := ws.must("snap", "demo", "-m", "it works")
	fmt.Printf("demo@%v\n", snap.Results[0]["snapshot"])

	ws.run("demo", "echo two >/etc/state; echo more >/etc/more; exit 3")
	for _, row := range ws.must("diff", "demo@1").Results {
		fmt.Println(row["change"], row["path"])
	}
	back := ws.must("restore", "demo@1").Results[0]
	fmt.Printf("back in demo@%v, before that demo@%v\n", back["snapshot"], back["saved"])
	ws.run("demo", "cat /etc/state")

	ws.must("clone", "demo@2", "demo-clone")
	ws.run("demo-clone", "cat /etc/state")
	file, err := os.CreateTemp("", "archive")
	must(err)
	defer os.Remove(file.Name())
	_, err = ws.Call(map[int]*os.File{1: file}, "export", "demo", "-")
	must(err)
	_, err = file.Seek(0, 0)
	must(err)
	_, err = ws.Call(map[int]*os.File{0: file}, "import", "-", "demo-copy")
	must(err)
	ws.run("demo-copy", "cat /etc/state")
	if answer, err := ws.Call(nil, "create", "demo", "--base", base); err != nil {
		fmt.Printf("error %d: %s\n", int(answer.Error.Errno), err)
	}
	for _, row := range ws.must("list").Results {
		fmt.Printf("%v: %v snapshots\n", row["name"], row["snapshots"])
	}

	for _, name := range []string{"demo", "demo-clone", "demo-copy"} {
		ws.must("destroy", name)
	}
}
