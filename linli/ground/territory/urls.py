"""Where areas and maps are found."""

from __future__ import annotations

from django.urls import path

from linli.ground.territory.views import areas, grids, importing, maps

app_name = "territory"
urlpatterns = [
    path("map/<int:number>/", maps.published_map, name="map"),
    path("map/<int:number>/<slug:digest>/", maps.map_file, name="map_file"),
    path("desk/areas/", areas.areas, name="areas"),
    path("desk/areas/import/", importing.upload, name="import"),
    path("desk/areas/import/<str:token>/", importing.check, name="import_check"),
    path("desk/areas/<uuid:area_id>/", areas.area, name="area"),
    path("desk/areas/<uuid:area_id>/outlines/", maps.grid_outlines, name="outlines"),
    path("desk/areas/<uuid:area_id>/grids/", grids.draw, name="draw"),
    path("desk/areas/<uuid:area_id>/grids/file/", grids.take_file, name="take_file"),
    path("desk/areas/<uuid:area_id>/grids/<str:token>/", grids.check, name="publish"),
]
