"""An identity provider of pysaml2 behind a small server, for tools/interop. TEST ONLY: one process, one person, no TLS.

usage: pysaml2-idp.py DIRECTORY   (idp.pem, idp.crt, settings.json, and in trusted/ one .xml and .json for each
                                   service provider, read at every request)
"""

import base64
import glob
import html
import json
import os
import sys
import time
from functools import partial, partialmethod
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from saml2 import BINDING_HTTP_REDIRECT, entity
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.s_utils import UnknownPrincipal
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.server import Server
from saml2.sigver import SecurityContext, pre_encryption_part
from saml2.xmldsig import DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512, SIG_RSA_SHA1, SIG_RSA_SHA256, SIG_RSA_SHA512

ALGORITHMS = {
    "rsa-sha1": (SIG_RSA_SHA1, DIGEST_SHA1),
    "rsa-sha256": (SIG_RSA_SHA256, DIGEST_SHA256),
    "rsa-sha512": (SIG_RSA_SHA512, DIGEST_SHA512),
}

directory = sys.argv[1]
with open(os.path.join(directory, "settings.json"), encoding="utf-8") as file:
    settings = json.load(file)
person = settings["person"]
# token of the cookie -> when its person signed in, seconds since 1970
sessions = {}


def trusted(suffix):
    return sorted(glob.glob(os.path.join(directory, "trusted", "*" + suffix)))


def configuration():
    url = settings["url"]
    idp = {
        "endpoints": {"single_sign_on_service": [(url + "/sso", BINDING_HTTP_REDIRECT)]},
        "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
    }
    config = {
        "entityid": url + "/idp",
        "xmlsec_binary": settings["xmlsec"],
        "key_file": os.path.join(directory, "idp.pem"),
        "cert_file": os.path.join(directory, "idp.crt"),
        "service": {"idp": idp},
    }
    if trusted(".xml"):
        config["metadata"] = {"local": trusted(".xml")}
    return IdPConfig().load(config)


def variant_of(entity_id):
    """How this service provider is to be answered: what lies beside the metadata that names it."""
    for name in trusted(".xml"):
        with open(name, encoding="utf-8") as metadata:
            if f'entityID="{entity_id}"' in metadata.read():
                with open(name[:-3] + "json", encoding="utf-8") as file:
                    return json.load(file)
    raise ValueError("a service provider that nobody told us of")


by_triple_des = SecurityContext.encrypt_assertion
AES128_CBC = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"


def encrypt_by(strength):
    """pysaml2 has no setting for its cipher, which is Triple DES."""
    is_strong = strength == "strong"
    entity.pre_encryption_part = partial(pre_encryption_part, msg_enc=AES128_CBC) if is_strong else pre_encryption_part
    by_aes = partialmethod(by_triple_des, key_type="aes-128")
    SecurityContext.encrypt_assertion = by_aes if is_strong else by_triple_des


def answer(query, signed_in_at, has_just_signed_in=False):
    """The response to an AuthnRequest, as a page that posts itself; None when somebody has to sign in first."""
    idp = Server(config=configuration())
    request = idp.parse_authn_request(query["SAMLRequest"][0], BINDING_HTTP_REDIRECT).message
    to = idp.response_args(request)
    variant = variant_of(to["sp_entity_id"])
    encrypt_by(variant.get("encrypt"))
    sign_alg, digest_alg = ALGORITHMS[variant.get("algorithm", "rsa-sha256")]
    how = {"sign_alg": sign_alg, "digest_alg": digest_alg}
    if request.is_passive == "true" and signed_in_at is None:
        refusal = UnknownPrincipal("nobody is signed in")
        response = idp.create_error_response(to["in_response_to"], to["destination"], refusal, sign=True, **how)
        return posting_page(to["destination"], response, query)
    if signed_in_at is None or (request.force_authn == "true" and not has_just_signed_in):
        return None
    response = idp.create_authn_response(
        {"uid": [person["username"]], "mail": [person["email"]], "groups": person["groups"]},
        in_response_to=to["in_response_to"],
        destination=to["destination"],
        sp_entity_id=to["sp_entity_id"],
        name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=person["email"]),
        authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_instant": int(signed_in_at)},
        sign_response=variant["sign"] != "assertion",
        sign_assertion=variant["sign"] != "response",
        encrypt_assertion="encrypt" in variant,
        # where our metadata offers no key, any: whether it could be decrypted is not the question then
        encrypt_cert_assertion=None if idp.metadata.certs(to["sp_entity_id"], "any", "encryption") else certificate(),
        **how,
    )
    return posting_page(to["destination"], response, query)


def certificate():
    """Of this identity provider, in base64 as metadata has it."""
    with open(os.path.join(directory, "idp.crt"), encoding="utf-8") as file:
        return "".join(line.strip() for line in file if "-----" not in line)


def posting_page(destination, response, query):
    value = base64.b64encode(str(response).encode()).decode()
    fields = {"SAMLResponse": value, "RelayState": query.get("RelayState", [""])[0]}
    return form(destination, "".join(hidden(name, text) for name, text in fields.items()))


def hidden(name, value):
    return f'<input type="hidden" name="{name}" value="{html.escape(value)}">'


def form(action, fields):
    return f'<!DOCTYPE html><form method="post" action="{html.escape(action)}">{fields}<button>Go</button></form>'


def login_form(query):
    kept = "".join(hidden(name, values[0]) for name, values in query.items())
    return form("/sign-in", kept + '<input name="username"><input type="password" name="password">')


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if url.path == "/metadata":
            return self.reply(str(entity_descriptor(configuration())), "application/samlmetadata+xml")
        if url.path != "/sso":
            return self.reply("nothing here", status=404)
        return self.reply(answer(query, self.signed_in_at()) or login_form(query))

    def do_POST(self):
        fields = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        given = [fields.get(name, [""])[0] for name in ("username", "password")]
        if given != [person["username"], person["password"]]:
            return self.reply(login_form(fields), status=401)
        token = uuid4().hex
        sessions[token] = time.time()
        page = answer(fields, sessions[token], has_just_signed_in=True)
        return self.reply(page, cookie=f"session={token}; Path=/; HttpOnly")

    def signed_in_at(self):
        cookie = SimpleCookie(self.headers.get("cookie", "")).get("session")
        return sessions.get(cookie.value) if cookie else None

    def reply(self, body, content_type="text/html; charset=utf-8", status=200, cookie=None):
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(content)


HTTPServer(("127.0.0.1", settings["port"]), Handler).serve_forever()
