// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** Netty as the decision service uses it: epoll where the kernel has it. */
record Loops(Class<? extends ServerChannel> server, Class<? extends Channel> client) {
  private static final boolean EPOLL = Epoll.isAvailable();

  static Loops best() {
    return EPOLL
        ? new Loops(EpollServerSocketChannel.class, EpollSocketChannel.class)
        : new Loops(NioServerSocketChannel.class, NioSocketChannel.class);
  }

  EventLoopGroup threads(int count) {
    IoHandlerFactory handlers = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(count, handlers);
  }
}
