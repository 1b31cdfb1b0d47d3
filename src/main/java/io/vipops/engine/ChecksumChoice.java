package io.vipops.engine;

import io.vipops.spec.ChecksumForm;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form of the checksum that an instance sends. Adverts are heard in either form; who checks one
 * form only takes the other for noise, and two nodes are Active. So what a peer sends is followed,
 * unless the spec names a form.
 */
final class ChecksumChoice {
  /** As most peers do. */
  private static final Checksum FIRST = Checksum.PSEUDO_HEADER;

  private ChecksumForm wanted;
  private final boolean isFixed;
  private Checksum form;

  /** The other form that was reported last, where ours is not to follow it. */
  private boolean otherHeard;

  /**
   * @param learned of an earlier run; null: nothing
   */
  ChecksumChoice(Instance instance, @Nullable Checksum learned) {
    isFixed = instance.version() == 2 || instance.isIpv6(); // one form each, and always
    wanted = instance.options().checksum();
    form = learned == null || isFixed ? FIRST : learned;
    configure(wanted);
  }

  /** What to send. The codec knows better where there is no choice. */
  Checksum form() {
    return form;
  }

  /** What the peers taught us; null: nothing that we would not begin with. */
  @Nullable Checksum learned() {
    return wanted == ChecksumForm.AUTO && !isFixed && form != FIRST ? form : null;
  }

  /** The form in words for status; null: there is no choice. */
  @Nullable String text() {
    return isFixed ? null : form.name().toLowerCase(Locale.ROOT);
  }

  /** Another form may be wanted now. Auto goes on with what was sent before. */
  void configure(ChecksumForm next) {
    wanted = next;
    otherHeard = false;
    form =
        switch (next) {
          case AUTO -> form;
          case MESSAGE -> Checksum.MESSAGE;
          case PSEUDO_HEADER -> Checksum.PSEUDO_HEADER;
        };
  }

  /**
   * A peer's advert came.
   *
   * @return what a person should know of, after the peer's address; null: nothing new
   */
  @Nullable String heard(Checksum theirs) {
    if (isFixed || theirs == form) {
      otherHeard = false;
      return null;
    }
    String uses = " uses the " + words(theirs) + " form of the checksum";
    if (wanted == ChecksumForm.AUTO) {
      form = theirs;
      return uses + ": so do we now";
    }
    boolean news = !otherHeard;
    otherHeard = true;
    return news ? uses + ", and we the other, as checksum says: see that it hears us" : null;
  }

  private static String words(Checksum form) {
    return switch (form) {
      case MESSAGE -> "message";
      case PSEUDO_HEADER -> "pseudo-header";
    };
  }
}
