"""Where posts, holders, accounts and keys are looked at and looked after."""

from __future__ import annotations

from django.urls import path

from linli.ground.accounts.views import people, posts, seeing, tokens

app_name = "accounts"
urlpatterns = [
    path("desk/areas/<uuid:area_id>/posts/", seeing.area_posts, name="area_posts"),
    path("desk/areas/<uuid:area_id>/roster/", seeing.roster, name="roster"),
    path(
        "desk/chain/<uuid:organisation_id>/posts/",
        seeing.organisation_posts,
        name="organisation_posts",
    ),
    path("desk/administration/posts/", posts.posts, name="posts"),
    path("desk/administration/posts/new/", posts.new_post, name="new_post"),
    path("desk/administration/posts/<uuid:post_id>/", posts.post, name="post"),
    path("desk/administration/posts/<uuid:post_id>/seat/", posts.seat, name="seat"),
    path(
        "desk/administration/posts/<uuid:post_id>/hand-over/", posts.hand_over, name="hand_over"
    ),
    path(
        "desk/administration/holdings/<uuid:holding_id>/end/", posts.stand_up, name="stand_up"
    ),
    path("desk/administration/accounts/", people.accounts, name="accounts"),
    path("desk/administration/accounts/new/", people.new_account, name="new_account"),
    path("desk/administration/accounts/<uuid:account_id>/", people.account, name="account"),
    path(
        "desk/administration/accounts/<uuid:account_id>/invite/", people.invite, name="invite"
    ),
    path("desk/administration/accounts/<uuid:account_id>/lock/", people.lock, name="lock"),
    path(
        "desk/administration/accounts/<uuid:account_id>/unlock/", people.unlock, name="unlock"
    ),
    path(
        "desk/administration/accounts/<uuid:account_id>/second-factor/",
        people.reset_second_factor,
        name="reset_second_factor",
    ),
    path(
        "desk/administration/accounts/<uuid:account_id>/sessions/end/",
        people.end_sessions,
        name="end_sessions",
    ),
    path(
        "desk/administration/accounts/<uuid:account_id>/sessions/<int:session_id>/end/",
        people.end_session,
        name="end_session",
    ),
    path("desk/administration/accounts/<uuid:account_id>/leave/", people.leave, name="leave"),
    path(
        "desk/administration/accounts/<uuid:account_id>/tokens/new/",
        tokens.new_token,
        name="new_token",
    ),
    path("desk/administration/sessions/", people.sessions, name="sessions"),
    path("desk/administration/tokens/", tokens.tokens, name="tokens"),
    path("desk/administration/tokens/<uuid:token_id>/revoke/", tokens.revoke, name="revoke"),
    path("accounts/invited/", people.invited, name="invited"),
]
