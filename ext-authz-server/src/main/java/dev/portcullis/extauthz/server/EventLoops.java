// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.server;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * The threads that serve connections: epoll where the kernel has it, else the JDK's selectors. A
 * connection stays on one thread, and its checks are decided there.
 */
final class EventLoops implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup acceptor;
  private final MultiThreadIoEventLoopGroup workers;
  private final Class<? extends ServerChannel> channel;

  EventLoops(int threads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    acceptor = new MultiThreadIoEventLoopGroup(1, handlers);
    workers = new MultiThreadIoEventLoopGroup(threads, handlers);
    channel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  NettyServerBuilder install(NettyServerBuilder builder) {
    return builder
        .bossEventLoopGroup(acceptor)
        .workerEventLoopGroup(workers)
        .channelType(channel)
        .directExecutor();
  }

  @Override
  public void close() {
    var _ = acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
