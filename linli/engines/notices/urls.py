"""Where notices are read and channels looked after."""

from __future__ import annotations

from django.urls import path

from linli.engines.notices.views import channels, mine

app_name = "notices"
urlpatterns = [
    path("desk/notices/", mine.mine, name="mine"),
    path("desk/notices/bell/", mine.bell, name="bell"),
    path("desk/notices/addresses/", mine.addresses, name="addresses"),
    path("desk/notices/<uuid:notice_id>/read/", mine.read, name="read"),
    path("desk/channels/", channels.channels, name="channels"),
    path("desk/channels/<slug:channel>/test/", channels.test, name="test"),
    path("desk/outbox/", channels.outbox, name="outbox"),
    path("desk/outbox/<uuid:dispatch_id>/", channels.sending, name="sending"),
    path("desk/outbox/<uuid:dispatch_id>/again/", channels.again, name="again"),
]
