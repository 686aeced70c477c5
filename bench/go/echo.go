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

func accept(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go echo(connection)
	}
}

func microseconds(time syscall.Timeval) int64 {
	return time.Sec*1e6 + time.Usec
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
