package io.vipops.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.transport.PackParser;

/** A repository that takes in no more than it can bear: what is pushed elsewhere is not ours. */
final class Intake extends FileRepository {
  /** One object, unpacked: while deltas are resolved, a few of them are in memory at once. */
  static final long MAX_OBJECT_BYTES = 8L << 20;

  /** One fetch, packed. */
  static final long MAX_FETCH_BYTES = 64L << 20;

  Intake(java.io.File dir) throws IOException {
    super(dir);
  }

  /** More came in than one fetch may bring. */
  static final class TooMuchException extends IOException {
    private static final long serialVersionUID = 1L;

    TooMuchException() {
      super("more than " + (MAX_FETCH_BYTES >> 20) + " MiB came in");
    }
  }

  @Override
  public ObjectInserter newObjectInserter() {
    ObjectInserter inserter = super.newObjectInserter();
    return new ObjectInserter.Filter() {
      @Override
      protected ObjectInserter delegate() {
        return inserter;
      }

      @Override
      public PackParser newPackParser(InputStream in) throws IOException {
        PackParser parser = inserter.newPackParser(new Counted(in));
        parser.setMaxObjectSizeLimit(MAX_OBJECT_BYTES);
        return parser;
      }
    };
  }

  /** Ends at the limit, before it is on the disk. */
  private static final class Counted extends FilterInputStream {
    private long left = MAX_FETCH_BYTES;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      count(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
      int some = in.read(to, at, length);
      count(some);
      return some;
    }

    private void count(int bytes) throws IOException {
      left -= Math.max(0, bytes);
      if (left < 0) {
        throw new TooMuchException();
      }
    }
  }
}
