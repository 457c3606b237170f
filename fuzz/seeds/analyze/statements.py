import django.utils.safestring
def f(a, /, b="0.0.0.0", password="x", *args, version=ssl.PROTOCOL_SSLv2, **kw) -> "/tmp/x":
    x, y = "a", "b"
    if a:
        x = y
    elif b:
        x = "c"
    else:
        with open(a) as x:
            pass
    try:
        z = "%s" % (x, y)
    except Exception:
        pass
    except* ValueError:
        pass
    for i in b:
        try:
            x += y
        except:
            continue
    mark_safe("{} {}".format(x, *["a", y], z)); SafeText("%s" % x); mark_safe(x)
async def g(password="x"):
    async with a as b: await c
    return [i async for i in f"{x!r:>{y}} select {a} from {b}"]
match q:
    case {"token": [1, *rest], **other} if (w := "x") == "pwd": pass
    case C(a=1) | None: pass
class C[T: int = str](metaclass=M):
    token: str = "a"; self.secret = b"x"; d["pwd"] = 'y'
type X[*T] = "select a from b where %s" % T
q = "select " + (a + " from ") % b + f"{'delete from x'}" "where".format(c).replace(d, e)
lambda password="x": (yield) # nosec
del x[1:2, ...], y.z
global token; print(u"\N{BULLET}\x00", rb'\x', t"{x}", 0x_ff, 1_0j)
