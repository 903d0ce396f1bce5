// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright the earshot authors

// A workspace made, broken, gone back to, cloned and shipped, through the C
// library: a clone is one function call.
//
//	go build -o workspace workspace.go && ./workspace BASE [PROGRAM]
package main

/*
#cgo pkg-config: earshot-workspace
#include <stdlib.h>
#include <earshot/workspace.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// Workspaces is a connection, for one goroutine at a time.
type Workspaces struct{ handle *C.struct_earshot_ws }

// Failure is what went wrong; errors.Is(err, syscall.EEXIST) looks inside.
type Failure struct {
	Errno syscall.Errno
	Text  string
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Errno }

func failed(rc C.int, e *C.struct_earshot_ws_error) error {
	if rc >= 0 {
		return nil
	}
	return &Failure{syscall.Errno(e.code), C.GoString(&e.text[0])}
}

// words is a NULL-terminated list of C strings; free it with the function.
func words(texts []string) (**C.char, func()) {
	list := make([]*C.char, len(texts)+1)
	size := C.size_t(len(list)) * C.size_t(unsafe.Sizeof(list[0]))
	memory := C.malloc(size)
	for i, text := range texts {
		list[i] = C.CString(text)
	}
	copy(unsafe.Slice((**C.char)(memory), len(list)), list)
	return (**C.char)(memory), func() {
		for _, text := range list {
			C.free(unsafe.Pointer(text))
		}
		C.free(memory)
	}
}

func with(text string, f func(*C.char) error) error {
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	return f(c)
}

// Open starts program, or the installed one when it is "".
func Open(program string) (*Workspaces, error) {
	var ws Workspaces
	var e C.struct_earshot_ws_error
	var c *C.char
	if program != "" {
		c = C.CString(program)
		defer C.free(unsafe.Pointer(c))
	}
	return &ws, failed(C.earshot_ws_open(c, &ws.handle, &e), &e)
}

func (ws *Workspaces) Close() { C.earshot_ws_close(ws.handle) }

func (ws *Workspaces) Create(name string, options ...string) error {
	var e C.struct_earshot_ws_error
	list, free := words(options)
	defer free()
	return with(name, func(name *C.char) error {
		return failed(C.earshot_ws_create(ws.handle, name, list, &e), &e)
	})
}

func (ws *Workspaces) Snap(name, comment string) (number int, err error) {
	var e C.struct_earshot_ws_error
	var n C.uint
	err = with(name, func(name *C.char) error {
		return with(comment, func(comment *C.char) error {
			return failed(C.earshot_ws_snap(ws.handle, name, comment, &n, &e), &e)
		})
	})
	return int(n), err
}

func (ws *Workspaces) Restore(state string) (number, saved int, err error) {
	var e C.struct_earshot_ws_error
	var n, s C.uint
	err = with(state, func(state *C.char) error {
		return failed(C.earshot_ws_restore(ws.handle, state, &n, &s, &e), &e)
	})
	return int(n), int(s), err
}

func (ws *Workspaces) Clone(state, newName string) error {
	var e C.struct_earshot_ws_error
	return with(state, func(state *C.char) error {
		return with(newName, func(newName *C.char) error {
			return failed(C.earshot_ws_clone(ws.handle, state, newName, &e), &e)
		})
	})
}

func (ws *Workspaces) Destroy(state string) error {
	var e C.struct_earshot_ws_error
	return with(state, func(state *C.char) error {
		return failed(C.earshot_ws_destroy(ws.handle, state, &e), &e)
	})
}

func (ws *Workspaces) Export(state string, file *os.File) error {
	var e C.struct_earshot_ws_error
	return with(state, func(state *C.char) error {
		return failed(C.earshot_ws_export(ws.handle, state, C.int(file.Fd()), nil, &e), &e)
	})
}

func (ws *Workspaces) Import(file *os.File, newName string) error {
	var e C.struct_earshot_ws_error
	return with(newName, func(newName *C.char) error {
		return failed(C.earshot_ws_import(ws.handle, C.int(file.Fd()), newName, nil, &e), &e)
	})
}

// Run waits for the command and returns its exit code.
func (ws *Workspaces) Run(name string, argv ...string) (code int, err error) {
	var e C.struct_earshot_ws_error
	var command *C.struct_earshot_ws_command
	var n C.int
	list, free := words(argv)
	defer free()
	err = with(name, func(name *C.char) error {
		return failed(C.earshot_ws_run(ws.handle, name, nil, list, nil, &command, &e), &e)
	})
	if err != nil {
		return 0, err
	}
	defer C.earshot_ws_command_free(command)
	err = failed(C.earshot_ws_command_wait(command, &n, &e), &e)
	return int(n), err
}

// Row gives the values of one row of a table.
type Row struct {
	rows *C.struct_earshot_ws_rows
	i    C.size_t
}

func (row Row) Text(key string) string {
	c := C.CString(key)
	defer C.free(unsafe.Pointer(c))
	return C.GoString(C.earshot_ws_rows_text(row.rows, row.i, c))
}

func (row Row) Number(key string) int64 {
	c := C.CString(key)
	defer C.free(unsafe.Pointer(c))
	return int64(C.earshot_ws_rows_number(row.rows, row.i, c, 0))
}

func each(rows *C.struct_earshot_ws_rows, f func(Row)) {
	defer C.earshot_ws_rows_free(rows)
	for i := C.size_t(0); i < C.earshot_ws_rows_count(rows); i++ {
		f(Row{rows, i})
	}
}

func (ws *Workspaces) List(f func(Row)) error {
	var e C.struct_earshot_ws_error
	var rows *C.struct_earshot_ws_rows
	err := failed(C.earshot_ws_list(ws.handle, &rows, &e), &e)
	if err == nil {
		each(rows, f)
	}
	return err
}

func (ws *Workspaces) Diff(state string, f func(Row)) error {
	var e C.struct_earshot_ws_error
	var rows *C.struct_earshot_ws_rows
	err := with(state, func(state *C.char) error {
		return failed(C.earshot_ws_diff(ws.handle, state, &rows, &e), &e)
	})
	if err == nil {
		each(rows, f)
	}
	return err
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "workspace:", err)
		os.Exit(1)
	}
}

func run(ws *Workspaces, name, script string) {
	code, err := ws.Run(name, "sh", "-c", script)
	must(err)
	if code != 0 {
		fmt.Println("exit", code)
	}
}

func main() {
	base, program := "host", ""
	if len(os.Args) > 1 {
		base = os.Args[1]
	}
	if len(os.Args) > 2 {
		program = os.Args[2]
	}
	ws, err := Open(program)
	must(err)
	defer ws.Close()
	must(ws.Create("demo", "--base", base))
	run(ws, "demo", "echo one >/etc/state")
	number, err := ws.Snap("demo", "it works")
	must(err)
	fmt.Printf("demo@%d\n", number)

	run(ws, "demo", "echo two >/etc/state; echo more >/etc/more; exit 3")
	must(ws.Diff("demo@1", func(row Row) {
		fmt.Println(row.Text("change"), row.Text("path"))
	}))
	number, saved, err := ws.Restore("demo@1")
	must(err)
	fmt.Printf("back in demo@%d, before that demo@%d\n", number, saved)
	run(ws, "demo", "cat /etc/state")

	must(ws.Clone("demo@2", "demo-clone"))
	run(ws, "demo-clone", "cat /etc/state")
	file, err := os.CreateTemp("", "archive")
	must(err)
	defer os.Remove(file.Name())
	must(ws.Export("demo", file))
	_, err = file.Seek(0, 0)
	must(err)
	must(ws.Import(file, "demo-copy"))
	run(ws, "demo-copy", "cat /etc/state")
	var failure *Failure
	if errors.As(ws.Create("demo", "--base", base), &failure) {
		fmt.Printf("error %d: %s\n", int(failure.Errno), failure.Text)
	}
	must(ws.List(func(row Row) {
		fmt.Printf("%s: %d snapshots\n", row.Text("name"), row.Number("snapshots"))
	}))

	for _, name := range []string{"demo", "demo-clone", "demo-copy"} {
		must(ws.Destroy(name))
	}
}
