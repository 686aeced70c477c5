// An echo server on Go's net package with its defaults, written as its users write it: a goroutine for each
// connection. It answers the requests that ../servers/control.mjs describes.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// As much as io.Copy takes. io.Copy itself would move the bytes by splice(2) and show a program none of them.
const receiveBytes = 32 * 1024

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, receiveBytes)
	for {
		length, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:length]); err != nil {
			return
		}
	}
}

const (
	firstWait   = 5 * time.Millisecond
	longestWait = time.Second
)

// Where accepting fails for a while, as for lack of a descriptor, it waits and tries again, as net/http does: 5 ms at first,
// then twice as long each time.
func accept(listener net.Listener) {
	wait := firstWait
	for {
		connection, err := listener.Accept()
		if err == nil {
			wait = firstWait
			go echo(connection)
			continue
		}
		if failure, ok := err.(net.Error); !ok || !failure.Temporary() {
			log.Fatal(err)
		}
		time.Sleep(wait)
		wait = min(2*wait, longestWait)
	}
}

func min(a, b time.Duration) time.Duration {
	if a < b {
		return a
	}
	return b
}

func microseconds(used syscall.Timeval) int64 {
	return used.Sec*1e6 + used.Usec
}

func residentBytes() int64 {
	statm, err := os.Open("/proc/self/statm")
	if err != nil {
		log.Fatal(err)
	}
	defer statm.Close()
	var all, resident int64
	if _, err := fmt.Fscan(statm, &all, &resident); err != nil {
		log.Fatal(err)
	}
	return resident * int64(os.Getpagesize())
}

func usage() map[string]int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		log.Fatal(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return map[string]int64{
		"userUs":   microseconds(used.Utime),
		"systemUs": microseconds(used.Stime),
		"rss":      residentBytes(),
		"heap":     int64(memory.HeapAlloc),
	}
}

func answer(request string) map[string]int64 {
	switch request {
	case "usage":
		return usage()
	case "gc":
		debug.FreeOSMemory()
		return map[string]int64{}
	}
	log.Fatalf("unknown request %s", request)
	return nil
}

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	go accept(listener)
	requests := bufio.NewScanner(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for requests.Scan() {
		if err := answers.Encode(answer(requests.Text())); err != nil {
			log.Fatal(err)
		}
	}
}
