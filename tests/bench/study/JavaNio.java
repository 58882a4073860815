// The study's server on Java's NIO: one thread, one selector; what a read brings is answered with one
// write. usage: java JavaNio.java --port PORT

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

public final class JavaNio {
  private static final String NAME = "Goloman";
  private static final Pattern LOCATION =
      Pattern.compile("[+-]\\d+(?:\\.\\d+)?[+-]\\d+(?:\\.\\d+)?");
  private static final Pattern SPACE = Pattern.compile("[ \\t\\r\\f\\x0B]+");

  private record Newest(double time, String line) {}

  private final Map<String, Newest> newest = new HashMap<>();

  /** What one connection has said and is still owed. */
  private static final class Conversation {
    String rest = ""; // of a line that has not ended yet
    ByteBuffer unsent = ByteBuffer.allocate(0);
    boolean ended = false;
  }

  private String answer(String line) {
    String trimmed = line.strip();
    if (trimmed.isEmpty()) {
      return "";
    }
    String[] fields = SPACE.split(trimmed);
    double time = parseIamat(fields);
    if (Double.isNaN(time)) {
      return "? " + line + "\n";
    }
    Instant now = Instant.now();
    double skew = now.getEpochSecond() + now.getNano() / 1e9 - time;
    String at = "AT " + NAME + " " + withSign(skew) + " " + fields[1] + " " + fields[2] + " "
        + fields[3] + "\n";
    Newest held = newest.get(fields[1]);
    if (held == null || held.time() < time) {
      newest.put(fields[1], new Newest(time, at));
    }
    return at;
  }

  /** The client's time, or NaN. */
  private static double parseIamat(String[] fields) {
    if (fields.length != 4 || !fields[0].equals("IAMAT")
        || !LOCATION.matcher(fields[2]).matches()) {
      return Double.NaN;
    }
    try {
      return Double.parseDouble(fields[3]);
    } catch (NumberFormatException invalid) {
      return Double.NaN;
    }
  }

  /** As "%+.9f", at a twentieth of its cost. */
  private static String withSign(double seconds) {
    long whole = (long) Math.abs(seconds);
    long nanos = Math.min(Math.round((Math.abs(seconds) - whole) * 1e9), 999_999_999L);
    return (seconds < 0 ? "-" : "+") + whole + "."
        + Long.toString(1_000_000_000L + nanos).substring(1);
  }

  private final Selector selector = Selector.open();
  private final ByteBuffer input = ByteBuffer.allocateDirect(1 << 16);

  private JavaNio(int port) throws IOException {
    ServerSocketChannel door = ServerSocketChannel.open();
    door.bind(new InetSocketAddress("127.0.0.1", port), 1024);
    door.configureBlocking(false);
    door.register(selector, SelectionKey.OP_ACCEPT);
    System.out.println("listening on 127.0.0.1:" + door.socket().getLocalPort());
  }

  private void run() throws IOException {
    while (true) {
      selector.select(this::serve);
    }
  }

  private void serve(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        accept((ServerSocketChannel) key.channel());
        return;
      }
      if (key.isReadable()) {
        read(key, (SocketChannel) key.channel(), (Conversation) key.attachment());
      }
      if (key.isValid() && key.isWritable()) {
        write(key, (SocketChannel) key.channel(), (Conversation) key.attachment());
      }
    } catch (IOException broken) {
      close(key);
    }
  }

  private void accept(ServerSocketChannel door) throws IOException {
    SocketChannel channel = door.accept();
    channel.configureBlocking(false);
    channel.socket().setTcpNoDelay(true);
    channel.register(selector, SelectionKey.OP_READ, new Conversation());
  }

  private void read(SelectionKey key, SocketChannel channel, Conversation conversation)
      throws IOException {
    input.clear();
    conversation.ended = channel.read(input) < 0;
    input.flip();
    String text = conversation.rest + StandardCharsets.ISO_8859_1.decode(input);
    StringBuilder replies = new StringBuilder();
    int start = 0;
    for (int end; (end = text.indexOf('\n', start)) >= 0; start = end + 1) {
      replies.append(answer(withoutReturn(text.substring(start, end))));
    }
    conversation.rest = text.substring(start);
    if (conversation.ended) {
      replies.append(answer(conversation.rest));
    }
    conversation.unsent =
        joined(conversation.unsent, replies.toString().getBytes(StandardCharsets.ISO_8859_1));
    write(key, channel, conversation);
  }

  private static String withoutReturn(String line) {
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  private static ByteBuffer joined(ByteBuffer unsent, byte[] more) {
    if (!unsent.hasRemaining()) {
      return ByteBuffer.wrap(more);
    }
    ByteBuffer both = ByteBuffer.allocate(unsent.remaining() + more.length);
    return both.put(unsent).put(more).flip();
  }

  private void write(SelectionKey key, SocketChannel channel, Conversation conversation)
      throws IOException {
    channel.write(conversation.unsent);
    if (conversation.unsent.hasRemaining()) {
      key.interestOps(conversation.ended ? SelectionKey.OP_WRITE
          : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    } else if (conversation.ended) {
      close(key);
    } else {
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  private static void close(SelectionKey key) {
    key.cancel();
    try {
      key.channel().close();
    } catch (IOException ignored) {
      // Whatever it was, the connection is gone.
    }
  }

  public static void main(String[] arguments) throws IOException {
    int port = arguments.length == 2 && arguments[0].equals("--port")
        ? Integer.parseInt(arguments[1]) : 0;
    new JavaNio(port).run();
  }
}
