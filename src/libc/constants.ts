/** The constants of libc's headers that heddle uses, by their own names (Linux, x86-64 and arm64 alike). */

export const AF_UNSPEC = 0;
/** UNIX sockets. */
export const AF_UNIX = 1;
/** IPv4. */
export const AF_INET = 2;
/** IPv6. */
export const AF_INET6 = 10;

/** Bytes in order: TCP. */
export const SOCK_STREAM = 1;
/** Datagrams: UDP. */
export const SOCK_DGRAM = 2;
/** The new descriptor never blocks. For socket(2) and accept4(2). */
export const SOCK_NONBLOCK = 0o4000;
/** The new descriptor is closed by exec. For socket(2) and accept4(2). */
export const SOCK_CLOEXEC = 0o2000000;

/** The level of the options that every socket has (socket(7)). */
export const SOL_SOCKET = 1;
/** Whether a port may be bound though connections of it are still dying. */
export const SO_REUSEADDR = 2;
/** SOCK_STREAM or SOCK_DGRAM; to be read only. */
export const SO_TYPE = 3;
/** The error that is pending, as a positive errno; reading it takes it away. */
export const SO_ERROR = 4;
/** The send buffer, in bytes. The kernel doubles what it is given. */
export const SO_SNDBUF = 7;
/** The receive buffer, in bytes. The kernel doubles what it is given. */
export const SO_RCVBUF = 8;
/** Whether an idle connection is probed. */
export const SO_KEEPALIVE = 9;
/** What close(2) does with unsent bytes: `struct linger`. */
export const SO_LINGER = 13;
/** Whether several sockets may bind one port and share its clients. */
export const SO_REUSEPORT = 15;
/** Whether it listens; to be read only. */
export const SO_ACCEPTCONN = 30;
/** The protocol's number, IPPROTO_TCP; to be read only. */
export const SO_PROTOCOL = 38;
/** The address family, AF_INET; to be read only. */
export const SO_DOMAIN = 39;

/** The level of TCP's options (tcp(7)), and TCP as a protocol. */
export const IPPROTO_TCP = 6;
/** Whether small segments are sent at once. */
export const TCP_NODELAY = 1;
/** The largest segment, in bytes. */
export const TCP_MAXSEG = 2;
/** Whether only full segments are sent, until it is taken back or 200 ms have gone by. */
export const TCP_CORK = 3;
/** Idle time before the first keep-alive probe, in seconds. */
export const TCP_KEEPIDLE = 4;
/** Time between keep-alive probes, in seconds. */
export const TCP_KEEPINTVL = 5;
/** Unanswered keep-alive probes that end a connection. */
export const TCP_KEEPCNT = 6;
/** For how many seconds a client waits in the queue until it has sent something. */
export const TCP_DEFER_ACCEPT = 9;
/** What the kernel knows about a connection: `struct tcp_info`. */
export const TCP_INFO = 11;
/** Whether segments are acknowledged at once; the kernel takes it back by itself. */
export const TCP_QUICKACK = 12;
/** How long sent bytes may stay unacknowledged, in ms. */
export const TCP_USER_TIMEOUT = 18;
/** How many clients may send data with their SYN and wait; for a listening socket. */
export const TCP_FASTOPEN = 23;

/** The level of IPv6's options (ipv6(7)). */
export const IPPROTO_IPV6 = 41;
/** Whether an IPv6 socket refuses IPv4. */
export const IPV6_V6ONLY = 26;

/** Reading ends. */
export const SHUT_RD = 0;
/** Writing ends: FIN. */
export const SHUT_WR = 1;
/** Both end. */
export const SHUT_RDWR = 2;

/** Received bytes stay to be received again. */
export const MSG_PEEK = 0x2;
/** This call doesn't block, whatever the descriptor. */
export const MSG_DONTWAIT = 0x40;
/** No SIGPIPE if nobody can read what is sent; the call answers -EPIPE. */
export const MSG_NOSIGNAL = 0x4000;
/** More will follow at once: a short segment waits for it. */
export const MSG_MORE = 0x8000;

/** For reading. */
export const O_RDONLY = 0;
/** For writing. */
export const O_WRONLY = 1;
/** For both. */
export const O_RDWR = 2;
/** Makes the file if there is none. */
export const O_CREAT = 0o100;
/** Empties the file. */
export const O_TRUNC = 0o1000;
/** Every write goes to the end. */
export const O_APPEND = 0o2000;
/** Never blocks. */
export const O_NONBLOCK = 0o4000;
/** Is closed by exec. */
export const O_CLOEXEC = 0o2000000;

/** Asks for the descriptor's flags: FD_CLOEXEC or none. */
export const F_GETFD = 1;
/** Sets the descriptor's flags. */
export const F_SETFD = 2;
/** Asks for the open file's flags: O_NONBLOCK and its like. */
export const F_GETFL = 3;
/** Sets the open file's flags; all its descriptors share them. */
export const F_SETFL = 4;
/** A copy of the descriptor, closed by exec, whose number isn't below the argument. */
export const F_DUPFD_CLOEXEC = 1030;
/** The descriptor is closed by exec. */
export const FD_CLOEXEC = 1;

/** The epoll descriptor is closed by exec. */
export const EPOLL_CLOEXEC = 0o2000000;
/** Watches a descriptor. */
export const EPOLL_CTL_ADD = 1;
/** Watches it no more. */
export const EPOLL_CTL_DEL = 2;
/** Watches it for other events. */
export const EPOLL_CTL_MOD = 3;
/** There is something to read, a client to accept, or the peer's end. */
export const EPOLLIN = 0x001;
/** There is something urgent. */
export const EPOLLPRI = 0x002;
/** There is room to write. */
export const EPOLLOUT = 0x004;
/** An error is pending. Told always. */
export const EPOLLERR = 0x008;
/** Both directions have ended. Told always. */
export const EPOLLHUP = 0x010;
/** The peer has ended its writing. */
export const EPOLLRDHUP = 0x2000;

/** The eventfd is closed by exec. */
export const EFD_CLOEXEC = 0o2000000;
/** The eventfd never blocks. */
export const EFD_NONBLOCK = 0o4000;

/** The number is no open descriptor. */
export const POLLNVAL = 0x020;

/** The limit on descriptors: one more than the highest number. */
export const RLIMIT_NOFILE = 7;

/** The longest gather list that sendmsg takes (IOV_MAX, limits.h). */
export const IOV_MAX = 1024;
